// Stories of a swap device that somebody tries to take away while others starve for frames.
#include "mm/paging/swap_off.h"
#include "story/swap_rig.h"

namespace mobius {
namespace {

class SwapOffStarvingStory : public SwapRig {};

TEST_F(SwapOffStarvingStory, D3_it_is_not_begun_while_somebody_starves) {
  {
    const mm::Starved starved(machine.manager);
    mm::SwapOff off(swap.pager);
    EXPECT_EQ(off.begin().error(), Error::OutOfFrames);
  }
  EXPECT_EQ(swap.free_slots(), swap.total_slots());
  mm::SwapOff off(swap.pager);
  EXPECT_TRUE(off.begin());
}

TEST_F(SwapOffStarvingStory, D3_it_stays_on_where_somebody_starves_at_the_last_moment) {
  mm::SwapOff off(swap.pager);
  ASSERT_TRUE(off.begin());
  const mm::Starved starved(machine.manager);
  EXPECT_EQ(off.step().error(), Error::OutOfFrames);
  EXPECT_TRUE(swap.pager.device().on());
}

// Of a device that is so small that another may begin before the first one has ended.
TEST(SwapOffStories, R13_one_that_was_called_off_is_done_where_another_was_faster) {
  sim::SimMachine machine({.frames = 512});
  sim::SimSwap swap(machine, {.pages = 32});
  mm::SwapOff off(swap.pager);
  ASSERT_TRUE(off.begin());
  {
    LockGuard guard(machine.manager.lock);
    swap.pager.slots().stop_closing();  // as somebody does who needs the device
  }
  mm::SwapOff faster(swap.pager);
  ASSERT_TRUE(faster.begin());
  ASSERT_EQ(faster.step().value(), mm::Progress::Done);
  EXPECT_EQ(off.step().value(), mm::Progress::Done);
  swap.finish();
  machine.scheduler.run();
}

// They go behind the place where it is by then.
TEST_F(SwapOffStarvingStory, R13_pages_that_have_gone_out_meanwhile_are_found_in_another_pass) {
  const VirtAddr first = alloc(20), second = alloc(20);
  write_all(second, 20);
  write_all(first, 20);
  ASSERT_TRUE(mm::vmm_lock(user.space(), first, 20));
  evict_all();
  ASSERT_TRUE(mm::vmm_unlock(user.space(), first, 20));
  for (PageIndex i = 0; i < 20; ++i) (void)user.map().take_accessed(pages_after(first, i));
  swap.device.latency = 1000;
  const uint64_t writes = swap.device.writes;
  bool gone = false;
  machine.scheduler.spawn([&] {
    (void)swap.paging.eviction.evict_batch({mm::Gain::Frames, mm::Images::Keep});
    gone = true;
  });
  while (swap.device.writes == writes) machine.scheduler.yield();
  mm::SwapOff off(swap.pager);
  ASSERT_TRUE(off.begin());
  ASSERT_EQ(off.step().value(), mm::Progress::More);
  while (!gone) machine.scheduler.sleep(10);
  ASSERT_GT(swapped(), 0u);
  Result<mm::Progress> step = mm::Progress::More;
  while (step && *step == mm::Progress::More) step = off.step();
  EXPECT_TRUE(step);
  read_all(first, 20);
}

}  // namespace
}  // namespace mobius
