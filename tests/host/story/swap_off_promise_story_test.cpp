// Stories of a swap device that is taken away while others come to need memory: what was promised,
// and who finds none.
#include "mm/paging/swap_off.h"
#include "story/swap_rig.h"

namespace mobius {
namespace {

using sim::SimUser;

constexpr mm::BlockOptions kPromised{.storage = mm::Storage::Promised};

class SwapOffPromiseStory : public SwapRig {
 protected:
  static void write(SimUser& who, VirtAddr block, PageCount pages) {
    ASSERT_TRUE(write_all(who, block, pages));
  }
  uint32_t free_frames() { return machine.frames.counts().free(); }

  SimUser other{machine};
};

// Promised pages on the device come in from below the floor, for others have taken the frames that
// were free for them: then the device is needed after all.
TEST_F(SwapOffPromiseStory, D3_a_promise_is_kept_when_others_take_the_frames_meanwhile) {
  VirtAddr block = alloc(user, 100, kPromised);
  write(user, block, 100);
  press_for(free_frames() + 100);
  ASSERT_EQ(swap.swapped_pages(), 100u);
  VirtAddr theirs = alloc(other, 90);
  const PageCount most = free_frames() - 120;
  VirtAddr later = alloc(user, most, kPromised);
  swap.device.latency = 0;
  {
    mm::SwapOff off(swap.pager);
    ASSERT_TRUE(off.begin());
    write(other, theirs, 90);
    read_all(user, block, 100);
    Result<mm::Progress> step = off.step();
    while (step && *step == mm::Progress::More) step = off.step();
    EXPECT_EQ(step.error(), Error::OutOfFrames);
  }
  EXPECT_TRUE(swap.pager.device().on());
  write(user, later, most);
  read_all(user, later, most);
  read_all(other, theirs, 90);
}

// Few pages can go at all: they are turned down less often than SwapOff is patient.
TEST_F(SwapOffPromiseStory, D3_nobody_ends_for_want_of_memory_while_the_device_is_there) {
  VirtAddr block = alloc(user, 20), theirs = alloc(other, 20);
  write(user, block, 20);
  std::vector<mm::OwnedFrame> taken;
  while (free_frames() > 12) {
    taken.push_back(machine.frames.allocate(mm::FrameUse::Driver).value());
  }
  {
    mm::SwapOff off(swap.pager);
    ASSERT_TRUE(off.begin());
    write(other, theirs, 20);
    EXPECT_EQ(off.step().error(), Error::OutOfFrames);
  }
  read_all(user, block, 20);
  read_all(other, theirs, 20);
}

// What one batch has to write is turned down once: not again for every slot that resident pages
// keep, which would use up all patience.
TEST(SwapOffPatienceStory, R13_one_batch_that_cannot_be_written_does_not_end_it) {
  sim::SimMachine machine({.frames = 1024});
  sim::SimSwap swap(machine, {.policy = "fifo"});
  SimUser user(machine);
  const auto alloc = [&](PageCount pages) {
    return mm::vmm_alloc(user.space(), pages, VirtAddr{0}, kReadWrite).value();
  };
  const auto press = [&](uint32_t frames) {
    swap.paging.daemon.start(frames);
    swap.paging.daemon.run_round();
    swap.paging.daemon.start(8);
  };
  constexpr PageCount kClean = 500, kDirty = 8;
  VirtAddr dirty = alloc(kDirty), clean = alloc(kClean);
  for (PageIndex i = 0; i < kDirty; ++i) ASSERT_TRUE(user.write32(pages_after(dirty, i), i + 1));
  for (PageIndex i = 0; i < kClean; ++i) ASSERT_TRUE(user.write32(pages_after(clean, i), i + 1));
  press(machine.frames.counts().total());
  ASSERT_EQ(swap.swapped_pages(), kDirty + kClean);
  for (PageIndex i = 0; i < kDirty; ++i) ASSERT_TRUE(user.write32(pages_after(dirty, i), i + 2));
  for (PageIndex i = 0; i < kClean; ++i) ASSERT_TRUE(user.read32(pages_after(clean, i)));
  {
    mm::SwapOff off(swap.pager);
    ASSERT_TRUE(off.begin());
    press(machine.frames.counts().free() + 1);
    EXPECT_GT(swap.swapped_pages(), 0u);  // clean ones of one or two batches
    EXPECT_LT(swap.swapped_pages(), 2 * mm::Eviction::kBatch);
    LockGuard guard(machine.manager.lock);
    EXPECT_TRUE(swap.pager.slots().closing());
  }
  swap.finish();
  machine.scheduler.run();
}

}  // namespace
}  // namespace mobius
