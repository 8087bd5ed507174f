// Stories of pages that leave memory and come back: what is written, what is not, what is read, and
// what a program sees.
#include "sim/sim_image.h"
#include "story/swap_rig.h"

namespace mobius {
namespace {

using sim::SimMachine;
using sim::SimSwap;
using sim::SimUser;

class SwapStory : public SwapRig {};

TEST_F(SwapStory, R13_a_program_of_four_times_the_memory_reads_back_what_it_wrote) {
  VirtAddr block = alloc(1000);  // about 240 frames are there for it
  write_all(block, 1000);
  mm::check_machine(machine.manager);
  read_all(block, 1000);
  EXPECT_GT(stats().pages_in, 700u);
  EXPECT_GT(stats().pages_out, 700u);
  EXPECT_EQ(draw(block, 1), "s");
}

TEST_F(SwapStory, R13_no_more_is_evicted_than_a_batch_above_the_low_watermark) {
  constexpr uint32_t kLow = 100;
  write_all(alloc(400), 400);
  ASSERT_LT(machine.frames.counts().free(), kLow);
  press_for(kLow);
  const uint32_t enough = machine.frames.gate().must_stay_free() + kLow + mm::Eviction::kBatch;
  EXPECT_GE(machine.frames.counts().free(), enough);
  EXPECT_LT(machine.frames.counts().free(), enough + mm::Eviction::kBatch);
}

TEST_F(SwapStory, R15_clean_pages_that_came_from_swap_are_discarded_without_a_write) {
  VirtAddr block = alloc(600);
  write_all(block, 600);
  read_all(block, 600);
  const uint64_t written = swap.device.pages_written;
  read_all(block, 600);
  read_all(block, 600);
  // The few that were still dirty at the end of the first pass.
  EXPECT_LE(swap.device.pages_written - written, 250u);
  const uint64_t settled = swap.device.pages_written;
  read_all(block, 600);
  EXPECT_EQ(swap.device.pages_written, settled);
}

TEST_F(SwapStory, R15_pages_only_ever_read_cost_no_io) {
  VirtAddr block = alloc(2000);
  for (PageIndex i = 0; i < 2000; ++i) {
    ASSERT_EQ(user.read32(pages_after(block, i)).value(), 0u);
  }
  press_for(200);
  EXPECT_EQ(swap.device.writes + swap.device.reads, 0u);
}

TEST_F(SwapStory, R15_a_page_full_of_zeros_needs_no_slot) {
  VirtAddr block = alloc(20);
  for (PageIndex i = 0; i < 20; ++i) {
    ASSERT_TRUE(user.write32(pages_after(block, i), 1));
    ASSERT_TRUE(user.write32(pages_after(block, i), 0));
  }
  press_for(machine.frames.counts().free());
  EXPECT_EQ(draw(block, 20), std::string(20, 'x'));
  EXPECT_EQ(swap.device.writes, 0u);
  EXPECT_EQ(stats().zero_pages_out, 20u);
  EXPECT_EQ(user.read32(block).value(), 0u);
  EXPECT_EQ(draw(block, 2), "cx");
  ASSERT_TRUE(user.write32(block + 0x1000, 5));
  EXPECT_EQ(draw(block, 2), "cD");
}

TEST_F(SwapStory, R13_a_sequential_pass_reads_many_pages_at_once) {
  VirtAddr block = alloc(700);
  write_all(block, 700);
  const uint64_t reads = swap.device.reads, pages = swap.device.pages_read;
  read_all(block, 700);
  read_all(block, 700);
  EXPECT_GE((swap.device.pages_read - pages) / (swap.device.reads - reads), 7u);
}

TEST_F(SwapStory, R13_random_touches_read_one_page_each) {
  VirtAddr block = alloc(700);
  write_all(block, 700);
  sim::Random random(3);
  const uint64_t reads = swap.device.reads;
  const uint64_t major = stats().faults_major;
  for (int i = 0; i < 2000; ++i) {
    PageIndex page = random.below(700);
    ASSERT_EQ(user.read32(pages_after(block, page) + (page % 1024) * 4).value(), word_of(page));
  }
  const uint64_t faults = stats().faults_major - major;
  EXPECT_GT(faults, 500u);
  EXPECT_LE((swap.device.reads - reads) * 10, faults * 11);
}

TEST_F(SwapStory, R13_many_threads_that_want_one_page_read_it_once) {
  VirtAddr block = alloc(1);
  ASSERT_TRUE(user.write32(block, 77));
  press_for(machine.frames.counts().free());
  ASSERT_EQ(draw(block, 1), "s");
  for (int i = 0; i < 5; ++i) {
    machine.scheduler.spawn([&] { EXPECT_EQ(user.read32(block).value(), 77u); });
  }
  EXPECT_EQ(user.read32(block).value(), 77u);
  machine.scheduler.sleep(100);
  EXPECT_EQ(swap.device.reads, 1u);
}

TEST_F(SwapStory, R13_the_queue_is_as_long_as_there_are_transfers_under_way) {
  const auto queue = [&] { return swap.pager.device().queue_length(); };
  EXPECT_EQ(queue().longest, 0u);
  VirtAddr block = alloc(10);
  write_all(block, 10);
  evict_all();
  EXPECT_EQ(queue().now, 0u);
  EXPECT_EQ(queue().longest, 1u);  // the daemon's writes, one after the other
  swap.device.latency = 1000;
  for (PageIndex page : {8u, 6u, 4u, 2u}) {
    machine.scheduler.spawn([this, page, block] {
      EXPECT_EQ(user.read32(pages_after(block, page) + page * 4).value(), word_of(page));
    });
  }
  machine.scheduler.sleep(1);
  EXPECT_EQ(queue().now, 4u);
  machine.scheduler.sleep(1001);
  EXPECT_EQ(queue().now, 0u);
  EXPECT_EQ(queue().longest, 4u);
}

TEST_F(SwapStory, R15_a_page_modified_while_it_is_written_stays) {
  VirtAddr block = alloc(1);
  ASSERT_TRUE(user.write32(block + 4092, 1));
  bool wrote = false;
  machine.scheduler.spawn([&] {
    while (swap.device.writes == 0) machine.scheduler.sleep(1);
    EXPECT_TRUE(user.write32(block + 4092, 2));  // the device has the page's first half
    wrote = true;
  });
  swap.device.latency = 1000;
  press_for(machine.frames.counts().free());
  EXPECT_TRUE(wrote);
  EXPECT_EQ(stats().pages_out, 2u);  // the first time in vain
  EXPECT_EQ(draw(block, 1), "s");
  EXPECT_EQ(swap.free_slots() + 1, swap.total_slots());
  EXPECT_EQ(user.read32(block + 4092).value(), 2u);
}

// Where the policy's hand has gone by meanwhile, nothing else tells of the access.
TEST_F(SwapStory, R15_a_page_modified_while_it_is_written_stays_dirty_when_nothing_says_used) {
  VirtAddr block = alloc(1);
  ASSERT_TRUE(user.write32(block + 4092, 1));
  machine.scheduler.spawn([&] {
    while (swap.device.writes == 0) machine.scheduler.sleep(1);
    EXPECT_TRUE(user.write32(block + 4092, 2));
    EXPECT_TRUE(user.map().take_accessed(block));
  });
  swap.device.latency = 1000;
  const mm::EvictionAim any{mm::Gain::Frames, mm::Images::Keep};
  EXPECT_EQ(swap.paging.eviction.evict_batch(any).evicted, 0u);
  EXPECT_EQ(draw(block, 1), "D");
  EXPECT_EQ(user.read32(block + 4092).value(), 2u);
}

TEST_F(SwapStory, R13_a_page_read_while_it_is_written_stays) {
  VirtAddr block = alloc(1);
  ASSERT_TRUE(user.write32(block, 1));
  machine.scheduler.spawn([&] {
    while (swap.device.writes == 0) machine.scheduler.sleep(1);
    EXPECT_EQ(user.read32(block).value(), 1u);
  });
  swap.device.latency = 1000;
  const mm::EvictionAim any{mm::Gain::Frames, mm::Images::Keep};
  EXPECT_EQ(swap.paging.eviction.evict_batch(any).evicted, 0u);
  EXPECT_EQ(draw(block, 1), "c");
}

TEST_F(SwapStory, D1_freeing_a_block_gives_its_slots_back_also_in_the_middle_of_io) {
  const uint32_t slots = swap.free_slots();
  VirtAddr block = alloc(600);
  write_all(block, 600);
  bool freed = false;
  machine.scheduler.spawn([&] {
    while (swap.free_slots() > slots - 400) machine.scheduler.sleep(1);
    EXPECT_TRUE(mm::vmm_free(user.space(), block));
    freed = true;
  });
  while (!freed) {
    press_for(machine.frames.counts().free() + 40);
    machine.scheduler.yield();
  }
  machine.scheduler.sleep(100);
  mm::check_machine(machine.manager);
  EXPECT_EQ(swap.free_slots(), slots);
  EXPECT_EQ(machine.frames.counts().used(mm::FrameUse::Anonymous), 0u);
}

TEST_F(SwapStory, R13_an_unreadable_page_faults_its_process_and_stays_what_it_was) {
  VirtAddr block = alloc(2);
  ASSERT_TRUE(user.write32(block, 1));
  press_for(machine.frames.counts().free());
  swap.device.reads_past_end = true;
  EXPECT_FALSE(user.read32(block));
  EXPECT_EQ(user.last_outcome(), mm::FaultOutcome::IoError);
  EXPECT_EQ(draw(block, 2), "s.");
  swap.device.reads_past_end = false;
  EXPECT_EQ(user.read32(block).value(), 1u);
  EXPECT_EQ(stats().ios_in, swap.device.reads);
}

TEST_F(SwapStory, R13_what_the_disk_garbled_is_never_data) {
  VirtAddr block = alloc(1);
  ASSERT_TRUE(user.write32(block, 1));
  swap.device.faults.lost_write = 1;
  press_for(machine.frames.counts().free());
  EXPECT_FALSE(user.read32(block));
  EXPECT_EQ(user.last_outcome(), mm::FaultOutcome::IoError);
  EXPECT_EQ(swap.checksum_errors(), 1u);
}

TEST_F(SwapStory, D3_a_page_that_cannot_be_written_stays_and_its_slot_is_retired) {
  VirtAddr block = alloc(4);
  for (PageIndex i = 0; i < 4; ++i) ASSERT_TRUE(user.write32(pages_after(block, i), i + 1));
  swap.device.bad_writes = {1};
  press_for(machine.frames.counts().free());
  EXPECT_EQ(swap.retired_slots(), 1u);
  EXPECT_EQ(draw(block, 4), "sDss");
  const uint64_t writes = swap.device.writes;
  press_for(machine.frames.counts().free());
  EXPECT_EQ(swap.device.writes, writes);  // no storm of retries
  EXPECT_EQ(stats().ios_out, writes);     // one for each page after the four together failed
  for (PageIndex i = 0; i < 4; ++i) EXPECT_EQ(user.read32(pages_after(block, i)).value(), i + 1);
}

TEST(SwapStories, D3_without_room_anywhere_the_touching_process_ends_and_nobody_else) {
  SimMachine machine({.frames = 512});
  SimSwap swap(machine, {.pages = 100});
  SimUser other(machine);
  SimUser user(machine);
  VirtAddr kept = mm::vmm_alloc(other.space(), 8, VirtAddr{0}, kReadWrite).value();
  for (PageIndex i = 0; i < 8; ++i) ASSERT_TRUE(other.write32(pages_after(kept, i), i + 7));
  VirtAddr block = mm::vmm_alloc(user.space(), 1000, VirtAddr{0}, kReadWrite).value();
  PageIndex i = 0;
  while (i < 1000 && user.write32(pages_after(block, i), i + 1)) ++i;
  EXPECT_LT(i, 400u);
  EXPECT_GT(i, 300u);
  EXPECT_EQ(user.last_outcome(), mm::FaultOutcome::OutOfMemory);
  EXPECT_EQ(swap.free_slots(), 1u);  // kept for one that may be bad
  mm::check_machine(machine.manager);
  ASSERT_TRUE(mm::vmm_free(user.space(), block));
  for (PageIndex k = 0; k < 8; ++k) EXPECT_EQ(other.read32(pages_after(kept, k)).value(), k + 7);
  swap.finish();
  machine.scheduler.run();
}

TEST(SwapStories, R13_image_pages_go_without_a_write_and_are_read_again) {
  SimMachine machine({.frames = 512});
  sim::SimFile file(machine.memory, machine.scheduler, 7, 6 * kPageSize);
  mm::ImageLayout layout = sim::usual_layout();
  sim::SimImage* image = sim::SimImage::create(machine, layout, file);
  SimSwap swap(machine, {.pages = 0});
  SimUser one(machine), two(machine);
  for (SimUser* user : {&one, &two}) {
    ASSERT_TRUE(user->space().map_image(*image));
    for (PageIndex i = 0; i < 4; ++i) {
      EXPECT_EQ(user->read32(pages_after(layout.base, i)).value(),
                sim::signed_word(7, i * kPageSize));
    }
  }
  EXPECT_EQ(file.behaviour.reads, 4u);
  swap.paging.daemon.start(machine.frames.counts().free());
  swap.paging.daemon.run_round();
  EXPECT_EQ(machine.frames.counts().used(mm::FrameUse::Image), 0u);
  EXPECT_EQ(one.state(layout.base), mm::PageState::InFile);
  mm::check_machine(machine.manager);
  EXPECT_EQ(two.read32(layout.base).value(), sim::signed_word(7, 0));
  EXPECT_EQ(one.read32(layout.base).value(), sim::signed_word(7, 0));
  EXPECT_EQ(file.behaviour.reads, 5u);
  swap.paging.daemon.start(0);
  swap.finish();
  machine.scheduler.run();
  image->release();  // the users, which go first, have the last references
}

}  // namespace
}  // namespace mobius
