// Stories of a swap device that does not answer: how often it is asked, what becomes of the pages,
// and of those who need them.
#include "mm/paging/swap_off.h"
#include "story/swap_rig.h"

namespace mobius {
namespace {

constexpr mm::BlockOptions kGuaranteed{.storage = mm::Storage::Promised};

class SilentSwapStory : public SwapRig {
 protected:
  // Pages 0.. of a fresh block, written and evicted.
  VirtAddr evicted_block(PageCount pages) {
    VirtAddr block = alloc(pages);
    write_all(block, pages);
    evict_all();
    EXPECT_EQ(draw(block, pages), std::string(pages, 's'));
    return block;
  }
  bool can_read(VirtAddr block, PageIndex page) {
    const auto word = user.read32(pages_after(block, page) + (page % 1024) * 4);
    EXPECT_EQ(word.value_or(word_of(page)), word_of(page));
    return word.has_value();
  }
  // In vain, three times.
  void lose_device(VirtAddr evicted) {
    swap.device.silent = true;
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(can_read(evicted, 0));
    EXPECT_TRUE(swap.device.gone());
  }
  Result<void> take_off() {
    mm::SwapOff off(swap.pager);
    TRY(off.begin());
    while (TRY(off.step()) == mm::Progress::More) {}
    return {};
  }
};

TEST_F(SilentSwapStory, R13_it_is_asked_three_times_and_every_page_stays) {
  VirtAddr block = alloc(100);
  write_all(block, 100);
  swap.device.silent = true;
  for (int i = 0; i < 3; ++i) evict_all();
  EXPECT_EQ(swap.device.writes, 3u);
  EXPECT_EQ(swap.device.timed_out, 3u);
  EXPECT_EQ(stats().ios_out, 3u);
  EXPECT_EQ(stats().pages_out, 0u);
  EXPECT_EQ(swap.retired_slots(), 0u);
  EXPECT_EQ(swap.free_slots(), swap.total_slots());
  EXPECT_EQ(draw(block, 100), std::string(100, 'D'));
  read_all(block, 100);
}

TEST_F(SilentSwapStory, R13_who_needs_more_than_there_is_ends_and_nobody_else) {
  sim::SimUser other(machine);
  VirtAddr kept = alloc(other, 8);
  ASSERT_TRUE(write_all(other, kept, 8));
  swap.device.silent = true;
  VirtAddr block = alloc(1000);
  EXPECT_FALSE(write_all(user, block, 1000));
  EXPECT_EQ(user.last_outcome(), mm::FaultOutcome::OutOfMemory);
  EXPECT_EQ(swap.device.writes, 3u);
  EXPECT_EQ(swap.device.reads, 0u);
  mm::check_machine(machine.manager);
  ASSERT_TRUE(mm::vmm_free(user.space(), block));
  read_all(other, kept, 8);
  EXPECT_EQ(swap.free_slots(), swap.total_slots());
}

TEST_F(SilentSwapStory, R13_when_it_answers_again_what_stayed_goes_out) {
  VirtAddr block = alloc(100);
  write_all(block, 100);
  swap.device.silent = true;
  machine.scheduler.spawn([&] {
    while (swap.device.timed_out < 2) machine.scheduler.sleep(1);
    swap.device.silent = false;
  });
  evict_all();
  EXPECT_EQ(swap.device.timed_out, 2u);
  EXPECT_EQ(draw(block, 100), std::string(100, 's'));
  EXPECT_EQ(swap.retired_slots(), 0u);
  EXPECT_EQ(swap.device.pages_written, 100u);
  read_all(block, 100);
}

TEST_F(SilentSwapStory, R13_what_is_not_written_in_a_batch_does_not_undo_what_is) {
  constexpr uint32_t kMargin = 2048 / 64;
  VirtAddr block = alloc(32);
  write_all(block, 32);
  {
    LockGuard guard(machine.manager.lock);
    auto& slots = swap.pager.slots();
    while (slots.take_run(1).count != 0) {}
    for (uint32_t i = 0; i < kMargin; ++i) slots.retire(mm::SwapSlot{100 + i});
    ASSERT_EQ(slots.take_run(kMargin).count, kMargin);
    for (uint32_t i = 1; i <= 20; ++i) slots.give(mm::SwapSlot{i});
    for (uint32_t i = 31; i <= 42; ++i) slots.give(mm::SwapSlot{i});
  }
  machine.scheduler.spawn([&] {
    while (swap.device.writes == 0) machine.scheduler.sleep(1);
    swap.device.silent = true;
  });
  swap.device.latency = 1000;
  evict_all();
  EXPECT_EQ(swap.device.pages_written, 20u);
  EXPECT_EQ(stats().pages_out, 20u);
  EXPECT_EQ(swapped(), 20u);
  EXPECT_EQ(swap.device.timed_out, 3u);
  EXPECT_EQ(swap.retired_slots(), kMargin);
  EXPECT_EQ(swap.free_slots(), 12u);
  EXPECT_EQ(draw(block, 32), std::string(20, 's') + std::string(12, 'D'));
  for (PageIndex i = 0; i < 32; ++i) EXPECT_EQ(can_read(block, i), i >= 20) << i;
}

TEST_F(SilentSwapStory, R13_a_read_without_an_answer_is_not_repeated_page_by_page) {
  VirtAddr block = evicted_block(30);
  for (PageIndex i = 0; i < 3; ++i) ASSERT_TRUE(can_read(block, i));
  ASSERT_EQ(swap.device.reads, 2u);
  ASSERT_EQ(swap.device.pages_read, 6u);
  swap.device.silent = true;
  const uint64_t reads = swap.device.reads;
  EXPECT_FALSE(can_read(block, 6));  // with seven neighbours
  EXPECT_EQ(user.last_outcome(), mm::FaultOutcome::IoError);
  EXPECT_EQ(swap.device.reads, reads + 1);
  EXPECT_EQ(draw(block, 30), std::string(6, 'c') + std::string(24, 's'));
  swap.device.silent = false;
  read_all(block, 30);
}

TEST_F(SilentSwapStory, R13_once_it_is_gone_reads_fail_at_once) {
  VirtAddr block = evicted_block(30);
  lose_device(block);
  const uint64_t now = machine.scheduler.now(), reads = swap.device.reads;
  for (PageIndex i = 0; i < 30; ++i) {
    EXPECT_FALSE(can_read(block, i));
    EXPECT_EQ(user.last_outcome(), mm::FaultOutcome::IoError);
  }
  EXPECT_EQ(machine.scheduler.now(), now);
  EXPECT_EQ(swap.device.reads, reads);
  EXPECT_EQ(mm::vmm_lock(user.space(), block, 1).error(), Error::IoError);
  ASSERT_TRUE(mm::vmm_free(user.space(), block));
  EXPECT_EQ(swap.free_slots(), swap.total_slots());
}

TEST_F(SilentSwapStory, R13_once_it_is_gone_nobody_is_told_that_memory_is_short_instead) {
  VirtAddr block = evicted_block(30);
  sim::SimUser other(machine);
  while (mm::vmm_alloc(other.space(), 64, {}, kGuaranteed)) {}
  lose_device(block);
  EXPECT_FALSE(machine.frames.gate().some_left(mm::FrameClass::Normal));
  EXPECT_FALSE(can_read(block, 1));
  EXPECT_EQ(user.last_outcome(), mm::FaultOutcome::IoError);
}

TEST_F(SilentSwapStory, R13_clean_pages_do_not_leave_for_a_device_that_is_gone) {
  VirtAddr block = evicted_block(20), lost = evicted_block(1);
  read_all(block, 20);
  ASSERT_EQ(draw(block, 20), std::string(20, 'c'));
  lose_device(lost);
  evict_all();
  EXPECT_EQ(draw(block, 20), std::string(20, 'c'));
  read_all(block, 20);
  EXPECT_EQ(swap.device.writes, stats().ios_out);
}

TEST_F(SilentSwapStory, D1_a_block_freed_while_its_write_times_out_leaves_nothing) {
  VirtAddr block = alloc(20);
  write_all(block, 20);
  swap.device.silent = true;
  machine.scheduler.spawn([&] {
    while (swap.device.writes == 0) machine.scheduler.sleep(1);
    EXPECT_TRUE(mm::vmm_free(user.space(), block));
  });
  evict_all();
  EXPECT_EQ(swap.device.writes, 1u);
  EXPECT_EQ(swap.free_slots(), swap.total_slots());
  EXPECT_EQ(machine.frames.counts().used(mm::FrameUse::Anonymous), 0u);
}

TEST_F(SilentSwapStory, D3_nothing_is_promised_on_a_device_that_is_gone) {
  sim::SimUser other(machine);
  const PageCount half = machine.frames.counts().free() / 2;
  ASSERT_TRUE(mm::vmm_alloc(other.space(), half, {}, kGuaranteed));
  const auto promised = [&] { return mm::vmm_alloc(user.space(), half, {}, kGuaranteed); };
  const auto before = promised();
  ASSERT_TRUE(before);
  ASSERT_TRUE(mm::vmm_free(user.space(), *before));
  lose_device(evicted_block(1));
  EXPECT_TRUE(promised() == Failure(Error::OutOfFrames));
}

TEST_F(SilentSwapStory, R13_it_can_be_taken_off_once_nothing_is_on_it_but_not_put_on_again) {
  VirtAddr block = evicted_block(2);
  swap.device.silent = true;
  EXPECT_EQ(take_off().error(), Error::TimedOut);
  EXPECT_TRUE(swap.pager.device().on());
  lose_device(block);
  EXPECT_EQ(take_off().error(), Error::TimedOut);
  EXPECT_TRUE(swap.pager.device().on());
  ASSERT_TRUE(mm::vmm_free(user.space(), block));
  EXPECT_TRUE(take_off());
  EXPECT_EQ(swap.pager.swap_on_again().error(), Error::TimedOut);
  EXPECT_FALSE(swap.pager.device().on());
}

}  // namespace
}  // namespace mobius
