// Stories of a swap device that is taken away while pages are on it, and put back.
#include "mm/paging/swap_off.h"
#include "sim/sim_image.h"
#include "story/swap_rig.h"

namespace mobius {
namespace {

using sim::SimUser;

class SwapOffStory : public SwapRig {
 protected:
  // As the system call does it.
  Result<void> take_off() {
    mm::SwapOff off(swap.pager);
    TRY(off.begin());
    for (;;) {
      mm::check_machine(machine.manager);
      if (TRY(off.step()) == mm::Progress::Done) return {};
    }
  }
};

TEST_F(SwapOffStory, R13_everything_comes_back_and_nothing_goes_out_any_more) {
  VirtAddr block = alloc(user, 150);
  ASSERT_TRUE(write_all(user, block, 150));
  press_for(machine.frames.counts().free() + 100);
  ASSERT_GE(swapped(), 90u);
  ASSERT_TRUE(take_off());
  EXPECT_FALSE(swap.pager.device().on());
  EXPECT_EQ(swapped(), 0u);
  const uint64_t transfers = swap.device.reads + swap.device.writes;
  press_for(machine.frames.counts().free() + 20);
  read_all(user, block, 150);
  EXPECT_EQ(swap.device.reads + swap.device.writes, transfers);
}

// Where its patience ends with the daemon's round, in which everything was a victim in vain,
// another round is not in vain. When that is so depends on how many pages there are.
TEST(SwapOffStories, D3_a_round_that_ends_with_its_patience_is_not_the_last_word) {
  for (uint32_t others = 140; others < 190; ++others) {
    sim::SimMachine machine({.frames = 512});
    sim::SimSwap swap(machine);
    SimUser user(machine);
    for (uint32_t i = 0; i < others; ++i) {
      (void)machine.frames.allocate(mm::FrameUse::Driver)->release();
    }
    const VirtAddr block = mm::vmm_alloc(user.space(), 500, VirtAddr{0}, kReadWrite).value();
    mm::SwapOff off(swap.pager);
    ASSERT_TRUE(off.begin());
    for (PageIndex i = 0; i < 300; ++i) {
      ASSERT_TRUE(user.write32(pages_after(block, i), i + 1)) << others << " others, page " << i;
    }
    swap.finish();
    machine.scheduler.run();
  }
}

TEST_F(SwapOffStory, R13_many_pages_come_back_at_once) {
  VirtAddr block = alloc(user, 128);
  ASSERT_TRUE(write_all(user, block, 128));
  press_for(machine.frames.counts().free() + 128);
  ASSERT_EQ(swapped(), 128u);
  const uint64_t reads = swap.device.reads;
  ASSERT_TRUE(take_off());
  EXPECT_LE(swap.device.reads - reads, 8u);
}

TEST_F(SwapOffStory, R13_on_again_and_off_again) {
  VirtAddr block = alloc(user, 150);
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(write_all(user, block, 150)) << round;
    press_for(machine.frames.counts().free() + 100);
    ASSERT_TRUE(take_off()) << round;
    EXPECT_EQ(take_off().error(), Error::NotFound);
    ASSERT_TRUE(swap.pager.swap_on_again());
    EXPECT_EQ(swap.pager.swap_on_again().error(), Error::Busy);
    EXPECT_EQ(swap.free_slots(), swap.total_slots());
  }
  read_all(user, block, 150);
}

TEST_F(SwapOffStory, D3_a_slot_that_was_bad_is_bad_when_the_device_is_on_again) {
  VirtAddr block = alloc(user, 50);
  ASSERT_TRUE(write_all(user, block, 50));
  swap.device.bad_writes = {7};
  press_for(machine.frames.counts().free() + 50);
  ASSERT_EQ(swap.retired_slots(), 1u);
  ASSERT_TRUE(take_off());
  EXPECT_EQ(swap.retired_slots(), 0u);  // no device, no slots
  ASSERT_TRUE(swap.pager.swap_on_again());
  EXPECT_EQ(swap.retired_slots(), 1u);
  const uint64_t failed = swap.device.failed;
  press_for(machine.frames.counts().free() + 50);
  EXPECT_EQ(swap.device.failed, failed);
  read_all(user, block, 50);
  ASSERT_TRUE(take_off());
  sim::SimPageDevice other(machine.memory, machine.scheduler, swap.device.page_count(), 1);
  ASSERT_TRUE(swap.pager.swap_on(other));
  EXPECT_EQ(swap.retired_slots(), 0u);  // another device's are all good
  ASSERT_TRUE(take_off());
  ASSERT_TRUE(swap.pager.swap_on(swap.device));
}

TEST_F(SwapOffStory, R13_a_device_for_whose_books_there_was_no_memory_can_be_put_on_later) {
  ASSERT_TRUE(take_off());
  sim::SimPageDevice other(machine.memory, machine.scheduler, 500, 1);
  machine.frames.gate().plan_failure({.after = 0});
  EXPECT_EQ(swap.pager.swap_on(other).error(), Error::OutOfFrames);
  machine.frames.gate().plan_failure({});
  EXPECT_FALSE(swap.pager.device().on());
  ASSERT_TRUE(swap.pager.swap_on_again());
  EXPECT_EQ(swap.total_slots(), other.page_count());
  ASSERT_TRUE(take_off());
}

TEST_F(SwapOffStory, R13_slots_that_resident_pages_keep_are_given_up) {
  VirtAddr block = alloc(user, 100);
  ASSERT_TRUE(write_all(user, block, 100));
  press_for(machine.frames.counts().free() + 100);
  read_all(user, block, 100);
  ASSERT_EQ(swapped(), 0u);
  ASSERT_LT(swap.free_slots(), swap.total_slots());
  const uint64_t reads = swap.device.reads;
  ASSERT_TRUE(take_off());
  EXPECT_EQ(swap.device.reads, reads);
  ASSERT_TRUE(swap.pager.swap_on_again());
  press_for(machine.frames.counts().free() + 100);  // they have no copy there any more
  read_all(user, block, 100);
}

TEST_F(SwapOffStory, D3_what_does_not_fit_into_memory_is_refused_and_nothing_is_lost) {
  VirtAddr block = alloc(user, 700);  // about 240 frames are there for it
  ASSERT_TRUE(write_all(user, block, 700));
  const uint32_t out = swapped();
  EXPECT_EQ(take_off().error(), Error::OutOfFrames);
  EXPECT_EQ(swapped(), out);
  EXPECT_TRUE(swap.pager.device().on());
  read_all(user, block, 700);
}

TEST_F(SwapOffStory, D3_what_has_been_promised_counts_as_taken) {
  VirtAddr block = alloc(user, 100);
  ASSERT_TRUE(write_all(user, block, 100));
  press_for(machine.frames.counts().free() + 100);
  VirtAddr promised = alloc(user, 180, mm::BlockOptions{.storage = mm::Storage::Promised});
  EXPECT_EQ(take_off().error(), Error::OutOfFrames);
  ASSERT_TRUE(write_all(user, promised, 180));
  ASSERT_TRUE(mm::vmm_free(user.space(), promised));
  ASSERT_TRUE(take_off());
  read_all(user, block, 100);
}

TEST_F(SwapOffStory, R13_a_page_that_cannot_be_read_is_refused_and_stays_what_it_was) {
  VirtAddr block = alloc(user, 100);
  ASSERT_TRUE(write_all(user, block, 100));
  press_for(machine.frames.counts().free() + 100);
  swap.device.bad_reads = {50};
  EXPECT_EQ(take_off().error(), Error::IoError);
  EXPECT_TRUE(swap.pager.device().on());
  swap.device.bad_reads = {};
  read_all(user, block, 100);
  ASSERT_TRUE(take_off());
}

// SwapOff keeps the object for a while. What was modified there is not in its slot.
TEST_F(SwapOffStory, R15_modified_pages_of_a_freed_block_are_not_taken_for_clean) {
  VirtAddr block = alloc(user, 2);
  ASSERT_TRUE(write_all(user, block, 2));
  press_for(machine.frames.counts().free() + 2);
  ASSERT_TRUE(user.write32(pages_after(block, 1), 77));  // in a frame, and in a slot as it was
  ASSERT_EQ(draw(block, 2), "sD");
  mm::SwapOff off(swap.pager);
  ASSERT_TRUE(off.begin());
  ASSERT_EQ(off.step().value(), mm::Progress::More);  // the first page is back
  ASSERT_TRUE(mm::vmm_free(user.space(), block));
  put_on_standby(machine.frames.counts().free() + 2);
  for (bool over = false; !over;) {
    auto step = off.step();
    ASSERT_TRUE(step);
    over = *step == mm::Progress::Done;
  }
  EXPECT_EQ(swap.checksum_errors(), 0u);
}

TEST_F(SwapOffStory, R13_pages_on_their_way_out_are_waited_for) {
  VirtAddr block = alloc(user, 60);
  ASSERT_TRUE(write_all(user, block, 60));
  swap.device.latency = 5000;
  machine.scheduler.spawn([&] { press_for(machine.frames.counts().free() + 60); });
  while (swap.device.writes == 0) machine.scheduler.sleep(1);
  swap.device.latency = 0;
  const uint64_t began = machine.scheduler.now();
  ASSERT_TRUE(take_off());
  EXPECT_GT(machine.scheduler.now(), began);
  read_all(user, block, 60);
}

TEST_F(SwapOffStory, R13_pages_on_their_way_in_are_waited_for) {
  VirtAddr block = alloc(user, 60);
  ASSERT_TRUE(write_all(user, block, 60));
  press_for(machine.frames.counts().free() + 60);
  swap.device.latency = 5000;
  bool came = false;
  machine.scheduler.spawn([&] {
    EXPECT_EQ(user.read32(block).value(), word_of(0));
    came = true;
  });
  while (swap.device.reads == 0) machine.scheduler.sleep(1);
  swap.device.latency = 0;
  ASSERT_TRUE(take_off());
  while (!came) machine.scheduler.sleep(1);
  read_all(user, block, 60);
}

// The books say that it fits, because pages of an EXE can be had again from its file.
TEST_F(SwapOffStory, R13_pages_that_can_be_read_again_make_room) {
  sim::SimFile file(machine.memory, machine.scheduler, 7, 6 * kPageSize);
  const mm::ImageLayout layout = sim::usual_layout();
  sim::SimImage* image = sim::SimImage::create(machine, layout, file);
  ASSERT_TRUE(user.space().map_image(*image));
  VirtAddr block = alloc(user, 30);
  ASSERT_TRUE(write_all(user, block, 30));
  press_for(machine.frames.counts().free() + 30);
  machine.manager.page_daemon->start(1);
  for (PageIndex i = 0; i < 4; ++i) ASSERT_TRUE(user.read32(pages_after(layout.base, i)));
  std::vector<mm::OwnedFrame> taken;
  while (machine.frames.counts().free() > swapped() - 2) {
    taken.push_back(machine.frames.allocate(mm::FrameUse::Driver).value());
  }
  ASSERT_TRUE(take_off());
  EXPECT_LE(machine.frames.counts().used(mm::FrameUse::Image), 2u);
  read_all(user, block, 30);
  taken.clear();
  user.space().clear();
  image->release();
}

TEST_F(SwapOffStory, R13_under_load_off_brings_all_back_or_refuses) {
  SimUser other(machine);
  VirtAddr block = alloc(user, 150), theirs = alloc(other, 60);
  bool ending = false;
  uint32_t passes = 0;
  machine.scheduler.spawn([&] {
    while (!ending) {
      EXPECT_TRUE(write_all(other, theirs, 60));
      read_all(other, theirs, 60);
      ++passes;
      machine.scheduler.sleep(1);
    }
    ending = false;
  });
  uint32_t done = 0;
  for (int round = 0; round < 20; ++round) {
    ASSERT_TRUE(write_all(user, block, 150));
    press_for(machine.frames.counts().free() + 80);
    if (take_off()) {
      ++done;
      EXPECT_EQ(swapped(), 0u);
      ASSERT_TRUE(swap.pager.swap_on_again());
    }
    read_all(user, block, 150);
  }
  ending = true;
  while (ending) machine.scheduler.sleep(10);
  EXPECT_GT(done, 0u);
  EXPECT_GT(passes, 20u);
  ASSERT_TRUE(mm::vmm_free(other.space(), theirs));
}

TEST_F(SwapOffStory, D3_others_who_come_to_need_the_device_keep_it) {
  SimUser other(machine);
  VirtAddr block = alloc(user, 120), theirs = alloc(other, 400);
  ASSERT_TRUE(write_all(user, block, 120));
  press_for(machine.frames.counts().free() + 120);
  swap.device.latency = 200;
  bool written = false;
  machine.scheduler.spawn([&] {
    machine.scheduler.sleep(20);
    EXPECT_TRUE(write_all(other, theirs, 400));
    written = true;
  });
  const Result<void> off = take_off();
  while (!written) machine.scheduler.sleep(10);
  EXPECT_EQ(off.error(), Error::OutOfFrames);
  EXPECT_TRUE(swap.pager.device().on());
  read_all(user, block, 120);
  read_all(other, theirs, 400);
  ASSERT_TRUE(mm::vmm_free(other.space(), theirs));
}

TEST_F(SwapOffStory, D1_processes_that_end_meanwhile_take_their_pages_along) {
  VirtAddr block = alloc(user, 100), second = alloc(user, 50);
  ASSERT_TRUE(write_all(user, block, 100));
  ASSERT_TRUE(write_all(user, second, 50));
  press_for(machine.frames.counts().free() + 150);
  swap.device.latency = 100;
  bool freed = false;
  machine.scheduler.spawn([&] {
    machine.scheduler.sleep(2);
    EXPECT_TRUE(mm::vmm_free(user.space(), block));
    freed = true;
  });
  ASSERT_TRUE(take_off());
  while (!freed) machine.scheduler.sleep(10);
  read_all(user, second, 50);
  ASSERT_TRUE(mm::vmm_free(user.space(), second));
  EXPECT_EQ(machine.frames.counts().used(mm::FrameUse::Anonymous), 0u);
}

TEST_F(SwapOffStory, R13_off_given_up_half_way_leaves_the_device_on) {
  VirtAddr block = alloc(user, 150);
  ASSERT_TRUE(write_all(user, block, 150));
  press_for(machine.frames.counts().free() + 150);
  {
    mm::SwapOff off(swap.pager);
    ASSERT_TRUE(off.begin());
    mm::SwapOff second(swap.pager);
    EXPECT_EQ(second.begin().error(), Error::Busy);
    EXPECT_EQ(off.step().value(), mm::Progress::More);
    EXPECT_EQ(swapped() + swap.free_slots(), swap.total_slots());
    const uint32_t more = machine.frames.counts().free() + 10;
    constexpr mm::BlockOptions kPromised{.storage = mm::Storage::Promised};
    EXPECT_FALSE(mm::vmm_alloc(user.space(), more, VirtAddr{0}, kPromised));
  }
  EXPECT_GT(swapped(), 0u);
  press_for(machine.frames.counts().free() + 20);
  read_all(user, block, 150);
  ASSERT_TRUE(take_off());
}

}  // namespace
}  // namespace mobius
