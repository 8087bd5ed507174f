// Stories of pages that come back from their old frames: evicted, but not overwritten yet.
#include "mm/paging/swap_off.h"
#include "story/swap_rig.h"

namespace mobius {
namespace {

class StandbyStory : public SwapRig {
 protected:
  // Writes a block of so many pages and evicts all of them.
  VirtAddr evicted(PageCount pages) {
    VirtAddr block = alloc(pages);
    write_all(block, pages);
    put_on_standby(machine.frames.counts().free() + pages);
    EXPECT_EQ(draw(block, pages), std::string(pages, 's'));
    EXPECT_EQ(machine.frames.standby().count(), pages);
    return block;
  }
};

TEST_F(StandbyStory, R13_a_page_comes_back_without_io_and_without_waiting) {
  VirtAddr block = evicted(40);
  const mm::Stats before = stats();
  read_all(block, 40);
  EXPECT_EQ(swap.device.reads, 0u);
  EXPECT_EQ(stats().pages_taken_back, 40u);
  EXPECT_EQ(stats().pages_in, before.pages_in);
  EXPECT_EQ(stats().faults_major, before.faults_major);
  EXPECT_EQ(stats().faults_minor, before.faults_minor + 40);
  EXPECT_EQ(draw(block, 40), std::string(40, 'c'));
  EXPECT_EQ(machine.frames.standby().count(), 0u);
}

TEST_F(StandbyStory, R15_it_keeps_its_slot_until_it_is_modified) {
  VirtAddr block = evicted(10);
  read_all(block, 10);
  ASSERT_TRUE(user.write32(block + 12, 99));
  const uint64_t written = swap.device.pages_written;
  evict_all();
  EXPECT_EQ(swap.device.pages_written, written + 1);
  EXPECT_EQ(user.read32(block + 12).value(), 99u);
  read_all(block, 10);
}

TEST_F(StandbyStory, R13_what_others_have_overwritten_is_read) {
  VirtAddr block = evicted(40);
  VirtAddr other = alloc(machine.frames.counts().free());
  while (machine.frames.standby().count() > 10) {
    ASSERT_TRUE(user.write32(other, 1));
    other = other + kPageSize;
  }
  for (PageIndex i = 30; i < 40; ++i) ASSERT_TRUE(user.read32(pages_after(block, i)));
  EXPECT_EQ(swap.device.pages_read, 0u);  // those evicted last are overwritten last
  EXPECT_EQ(stats().pages_taken_back, 10u);
  for (PageIndex i = 0; i < 30; ++i) ASSERT_TRUE(user.read32(pages_after(block, i)));
  EXPECT_EQ(swap.device.pages_read, 30u);
  read_all(block, 40);
}

TEST_F(StandbyStory, R13_reading_ahead_ends_before_a_page_that_need_not_be_read) {
  VirtAddr block = evicted(20);
  for (uint32_t slot = 1; slot <= swap.total_slots(); ++slot) {
    machine.frames.standby().forget({slot});
  }
  ASSERT_TRUE(user.read32(pages_after(block, 9)));
  put_on_standby(machine.frames.counts().free() + 1);
  ASSERT_EQ(machine.frames.standby().count(), 1u);
  read_all(block, 20);
  EXPECT_EQ(swap.device.pages_read, 20u);
  EXPECT_EQ(stats().pages_taken_back, 1u);
}

TEST_F(StandbyStory, R13_the_frames_of_a_freed_block_hold_nothing_any_more) {
  VirtAddr block = evicted(30);
  ASSERT_TRUE(mm::vmm_discard(user.space(), block, 10));
  EXPECT_EQ(machine.frames.standby().count(), 20u);
  ASSERT_TRUE(mm::vmm_free(user.space(), block));
  EXPECT_EQ(machine.frames.standby().count(), 0u);
}

TEST_F(StandbyStory, R13_a_frame_whose_contents_have_changed_is_not_believed) {
  VirtAddr block = evicted(1);
  const uint32_t junk = 0xDEAD;
  for (uint32_t frame = 0; frame < 512; ++frame) {
    const bool is = machine.frames.has_record({frame}) &&
                    machine.frames.record({frame}).use == mm::FrameUse::FreeStandby;
    if (is) machine.memory.write({{frame}, 100, 4}, &junk);
  }
  read_all(block, 1);
  EXPECT_EQ(swap.device.pages_read, 1u);
  EXPECT_EQ(swap.checksum_errors(), 1u);
  EXPECT_EQ(stats().pages_taken_back, 0u);
}

TEST_F(StandbyStory, R13_swap_is_taken_off_without_reading_them) {
  VirtAddr block = evicted(50);
  mm::SwapOff off(swap.pager);
  ASSERT_TRUE(off.begin());
  for (;;) {
    mm::check_machine(machine.manager);
    const auto step = off.step();
    ASSERT_TRUE(step);
    if (*step == mm::Progress::Done) break;
  }
  EXPECT_EQ(swap.device.reads, 0u);
  EXPECT_EQ(stats().pages_taken_back, 50u);
  read_all(block, 50);
}

TEST_F(StandbyStory, R13_a_loop_over_a_little_more_than_memory_lives_on_them) {
  VirtAddr block = alloc(300);
  write_all(block, 300);
  const uint64_t before = stats().pages_taken_back;
  sim::Random random(3);
  for (int i = 0; i < 3000; ++i) {
    const PageIndex page = random.below(300);
    ASSERT_EQ(user.read32(pages_after(block, page) + (page % 1024) * 4).value(), word_of(page));
  }
  mm::check_machine(machine.manager);
  EXPECT_GT(stats().pages_taken_back, before);
}

// Who is suspended does not wait for a page.
TEST_F(StandbyStory, R24_a_fault_that_waits_only_while_its_process_is_suspended_is_minor) {
  VirtAddr block = alloc(4);
  write_all(block, 4);
  put_on_standby(machine.frames.counts().free() + 4);
  ASSERT_EQ(swapped(), 4u);
  const mm::Stats before = stats();
  {
    LockGuard guard(machine.manager.lock);
    user.space().load.suspend();
  }
  bool done = false;
  machine.scheduler.spawn([&] {
    EXPECT_TRUE(user.read32(block));
    done = true;
  });
  machine.scheduler.sleep(100);
  EXPECT_FALSE(done);
  {
    LockGuard guard(machine.manager.lock);
    user.space().load.resume();
  }
  while (!done) machine.scheduler.sleep(10);
  EXPECT_EQ(stats().faults_major, before.faults_major);
  EXPECT_GT(stats().faults_minor, before.faults_minor);
}

}  // namespace
}  // namespace mobius
