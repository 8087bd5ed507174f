// Stories of calls that meet a page on its way in from the swap device: they wait for it, and then
// do what they would have done.
#include "story/swap_rig.h"

namespace mobius {
namespace {

using mm::PageState;

class SwapRaceStory : public SwapRig {
 protected:
  SwapRaceStory() : block(alloc(4)) {
    for (PageIndex i = 0; i < 4; ++i) EXPECT_TRUE(user.write32(pages_after(block, i), i + 1));
    evict_all();
    EXPECT_EQ(draw(block, 4), "ssss");
    swap.device.latency = 1000;
  }
  // Calls `call` while a thread waits for page 3 of the block.
  void while_a_page_comes_in(auto call) {
    ASSERT_FALSE(HasFailure());  // the page would never come
    int done = 0;
    machine.scheduler.spawn([&] {
      (void)user.read32(pages_after(block, 3));
      ++done;
    });
    machine.scheduler.spawn([&] {
      while (swap.device.reads == 0) machine.scheduler.sleep(1);
      EXPECT_EQ(user.map().find(pages_after(block, 3)), std::nullopt) << "still on its way";
      call();
      ++done;
    });
    while (done < 2) machine.scheduler.sleep(10);
    EXPECT_EQ(swap.device.reads, 1u);
  }

  // Calls `call` while two threads wait for pages 1 and 3, which come one after the other.
  void while_two_pages_come_in(auto call) {
    int done = 0;
    for (PageIndex page : {1, 3}) {
      machine.scheduler.spawn([&, page] {
        (void)user.read32(pages_after(block, page));
        ++done;
      });
    }
    while (swap.device.reads < 2) machine.scheduler.yield();
    call();
    while (done < 2) machine.scheduler.sleep(10);
  }

  const VirtAddr block;
};

TEST_F(SwapRaceStory, R13_a_discard_waits_for_a_page_that_is_coming_in) {
  while_a_page_comes_in(
      [&] { EXPECT_TRUE(mm::vmm_discard(user.space(), pages_after(block, 2), 2)); });
  EXPECT_EQ(user.read32(pages_after(block, 3)).value(), 0u);
  EXPECT_EQ(user.read32(pages_after(block, 1)).value(), 2u);
}

TEST_F(SwapRaceStory, R13_a_discard_waits_for_each_page_that_is_coming_in) {
  while_two_pages_come_in([&] { EXPECT_TRUE(mm::vmm_discard(user.space(), block, 4)); });
  for (PageIndex i : {1, 3}) EXPECT_EQ(user.read32(pages_after(block, i)).value(), 0u);
}

TEST_F(SwapRaceStory, R13_a_discard_in_steps_waits_for_each_page_that_is_coming_in) {
  machine.manager.step_limits.pages = 1;
  while_two_pages_come_in([&] { EXPECT_TRUE(mm::vmm_discard(user.space(), block, 4)); });
  for (PageIndex i : {1, 3}) EXPECT_EQ(user.read32(pages_after(block, i)).value(), 0u);
}

TEST_F(SwapRaceStory, R06_a_cut_waits_for_each_page_that_is_coming_in) {
  while_two_pages_come_in(
      [&] { EXPECT_EQ(mm::vmm_resize(user.space(), block, 1).value(), block); });
  EXPECT_EQ(user.read32(block).value(), 1u);
}

TEST_F(SwapRaceStory, R06_a_cut_waits_for_a_page_that_is_coming_in) {
  while_a_page_comes_in([&] { EXPECT_EQ(mm::vmm_resize(user.space(), block, 2).value(), block); });
  EXPECT_EQ(user.state(pages_after(block, 3)), PageState::Free);
  EXPECT_EQ(user.read32(pages_after(block, 1)).value(), 2u);
  ASSERT_TRUE(mm::vmm_free(user.space(), block));
  EXPECT_EQ(swap.free_slots(), swap.total_slots());
}

TEST_F(SwapRaceStory, R06_a_move_takes_a_page_along_that_is_coming_in) {
  ASSERT_TRUE(mm::vmm_alloc(user.space(), 1, pages_after(block, 4), kReadWrite));
  VirtAddr moved{};
  while_a_page_comes_in([&] { moved = mm::vmm_resize(user.space(), block, 8).value(); });
  ASSERT_NE(moved, block);
  EXPECT_EQ(user.read32(pages_after(moved, 3)).value(), 4u);
  EXPECT_EQ(user.state(pages_after(block, 3)), PageState::Free);
}

TEST_F(SwapRaceStory, D1_a_free_leaves_the_page_that_is_coming_in_to_its_reader) {
  while_a_page_comes_in([&] { EXPECT_TRUE(mm::vmm_free(user.space(), block)); });
  EXPECT_EQ(swap.free_slots(), swap.total_slots());
  EXPECT_EQ(machine.frames.counts().used(mm::FrameUse::Anonymous), 0u);
}

TEST_F(SwapRaceStory, R13_protect_holds_for_a_page_that_is_coming_in) {
  while_a_page_comes_in([&] {
    EXPECT_TRUE(mm::vmm_protect(user.space(), pages_after(block, 3), 1, Access::Read));
  });
  EXPECT_EQ(user.read32(pages_after(block, 3)).value(), 4u);
  EXPECT_FALSE(user.write32(pages_after(block, 3), 1));
}

}  // namespace
}  // namespace mobius
