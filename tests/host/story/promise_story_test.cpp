// Stories of promised memory: VM_MEM_GUARANTEED against everybody who wants the same frames.
#include <gtest/gtest.h>

#include "mm/invariants.h"
#include "sim/sim_swap.h"
#include "sim/sim_user.h"

namespace mobius {
namespace {

using sim::SimMachine;
using sim::SimSwap;
using sim::SimUser;

constexpr mm::BlockOptions kReadWrite{};
constexpr mm::BlockOptions kGuaranteed{.storage = mm::Storage::Promised};

struct World {
  explicit World(uint64_t swap_pages)
      : swap(machine, {.pages = swap_pages}), user(machine), greedy(machine) {}
  ~World() {
    mm::check_machine(machine.manager);
    swap.finish();
    machine.scheduler.run();
  }
  static Result<VirtAddr> promise(SimUser& who, PageCount pages) {
    return mm::vmm_alloc(who.space(), pages, VirtAddr{0}, kGuaranteed);
  }
  Result<VirtAddr> promise(PageCount pages) { return promise(user, pages); }
  struct Promised {
    SimUser* who;
    VirtAddr base;
    PageCount pages;
  };
  // All that can still be promised, to both.
  std::vector<Promised> promise_all() {
    std::vector<Promised> all;
    for (PageCount step = 256; step > 0; step /= 2) {
      for (SimUser* who : {&greedy, &user}) {
        while (auto base = promise(*who, step)) all.push_back({who, *base, step});
      }
    }
    LockGuard guard(machine.manager.lock);
    EXPECT_FALSE(machine.manager.promises.could_lose(8));
    return all;
  }
  // Takes all memory that can be had; how many pages that was.
  PageCount take_all() {
    VirtAddr block = mm::vmm_alloc(greedy.space(), 8000, VirtAddr{0}, kReadWrite).value();
    PageCount pages = 0;
    while (greedy.write32(pages_after(block, pages), pages + 1)) ++pages;
    EXPECT_EQ(greedy.last_outcome(), mm::FaultOutcome::OutOfMemory);
    mm::check_machine(machine.manager);
    return pages;
  }
  void fill(VirtAddr block, PageCount pages, uint32_t salt) {
    for (PageIndex i = 0; i < pages; ++i) {
      ASSERT_TRUE(user.write32(pages_after(block, i), i * 3 + salt)) << i;
    }
  }
  void expect(VirtAddr block, PageCount pages, uint32_t salt) {
    for (PageIndex i = 0; i < pages; ++i) {
      auto word = user.read32(pages_after(block, i));
      ASSERT_TRUE(word) << i;
      ASSERT_EQ(*word, i * 3 + salt);
    }
  }
  uint32_t owed() {
    LockGuard guard(machine.manager.lock);
    return machine.manager.promises.owed();
  }

  SimMachine machine{{.frames = 512}};
  SimSwap swap;
  SimUser user, greedy;
};

TEST(PromiseStory, D3_a_promise_takes_no_frame_and_is_kept_when_all_else_is_gone) {
  World world(0);
  const uint32_t free = world.machine.frames.counts().free();
  VirtAddr block = world.promise(100).value();
  EXPECT_GE(world.machine.frames.counts().free() + 4, free);
  EXPECT_EQ(world.user.state(block), mm::PageState::Uncommitted);
  world.take_all();
  EXPECT_GE(world.machine.frames.counts().free(), 100u);
  world.fill(block, 100, 1);
  world.expect(block, 100, 1);
}

TEST(PromiseStory, D3_without_swap_no_more_is_promised_than_there_are_frames) {
  World world(0);
  const uint32_t free = world.machine.frames.counts().free();
  VirtAddr half = world.promise(world.greedy, free / 2).value();
  const uint32_t owed = world.owed();
  EXPECT_EQ(world.promise(free / 2).error(), Error::OutOfFrames);
  EXPECT_EQ(world.owed(), owed);
  VirtAddr most = world.promise(free / 2 - 20).value();
  EXPECT_EQ(world.promise(20).error(), Error::OutOfFrames);
  ASSERT_TRUE(mm::vmm_free(world.user.space(), most));
  EXPECT_EQ(world.owed(), owed);
  ASSERT_TRUE(mm::vmm_free(world.greedy.space(), half));
  EXPECT_EQ(world.owed(), 0u);
}

TEST(PromiseStory, D3_with_swap_promises_larger_than_memory_are_kept) {
  World world(1000);
  VirtAddr block = world.promise(900).value();
  EXPECT_GT(world.take_all(), 200u);
  world.fill(block, 900, 5);
  world.expect(block, 900, 5);
  world.fill(block, 900, 6);
  world.expect(block, 900, 6);
}

TEST(PromiseStory, D3_what_is_discarded_is_owed_again) {
  World world(0);
  VirtAddr block = world.promise(50).value();
  const uint32_t owed = world.owed();
  world.fill(block, 50, 1);
  EXPECT_EQ(world.owed(), owed - 50);
  ASSERT_TRUE(mm::vmm_discard(world.user.space(), block, 30));
  EXPECT_EQ(world.owed(), owed - 20);
  world.take_all();
  world.fill(block, 50, 2);
  world.expect(block, 50, 2);
}

TEST(PromiseStory, D3_a_page_of_zeros_that_is_evicted_is_owed_again) {
  World world(100);
  VirtAddr block = world.promise(10).value();
  const uint32_t owed = world.owed();
  ASSERT_TRUE(world.user.write32(block, 1));
  ASSERT_TRUE(world.user.write32(block, 0));
  world.swap.paging.daemon.start(400);
  world.swap.paging.daemon.run_round();
  world.swap.paging.daemon.start(8);
  EXPECT_EQ(world.user.state(block), mm::PageState::Discarded);
  EXPECT_EQ(world.owed(), owed);
}

TEST(PromiseStory, D3_a_promise_follows_its_block_when_that_grows_shrinks_and_moves) {
  World world(0);
  VirtAddr block = world.promise(50).value();
  world.fill(block, 50, 1);
  ASSERT_TRUE(mm::vmm_alloc(world.user.space(), 1, pages_after(block, 50), kReadWrite));
  VirtAddr moved = mm::vmm_resize(world.user.space(), block, 80).value();
  EXPECT_NE(moved, block);
  EXPECT_GE(world.owed(), 30u);
  EXPECT_EQ(mm::vmm_resize(world.user.space(), moved, 5000).error(), Error::LimitReached);
  const VirtAddr theirs = world.promise(world.greedy, 100).value();
  EXPECT_EQ(mm::vmm_resize(world.user.space(), moved, 150).error(), Error::OutOfFrames);
  ASSERT_TRUE(mm::vmm_free(world.greedy.space(), theirs));
  ASSERT_TRUE(mm::vmm_resize(world.user.space(), moved, 10));
  EXPECT_LT(world.owed(), 10u);
  mm::check_machine(world.machine.manager);
  ASSERT_TRUE(mm::vmm_resize(world.user.space(), moved, 60));
  world.take_all();
  world.fill(moved, 60, 9);
  world.expect(moved, 60, 9);
}

TEST(PromiseStory, D3_a_promise_that_cannot_be_kept_evicts_nothing) {
  World world(1000);
  world.fill(mm::vmm_alloc(world.user.space(), 400, VirtAddr{0}, kReadWrite).value(), 400, 1);
  ASSERT_TRUE(world.promise(world.greedy, 500));
  const uint32_t free = world.machine.frames.counts().free(), owed = world.owed();
  EXPECT_EQ(world.promise(900).error(), Error::OutOfFrames);
  EXPECT_EQ(world.promise(100000).error(), Error::LimitReached);
  EXPECT_EQ(world.machine.frames.counts().free(), free);
  EXPECT_EQ(world.owed(), owed);
}

TEST(PromiseStory, D3_the_slots_of_a_promised_block_come_out_of_the_promise) {
  World world(0);
  ASSERT_TRUE(mm::vmm_free(world.user.space(), world.promise(1).value()));
  ASSERT_TRUE(world.promise(world.greedy, 150));
  PageCount most = world.machine.frames.counts().free();
  auto block = world.promise(most);
  while (!block) block = world.promise(--most);
  EXPECT_EQ(world.machine.frames.counts().free(), world.owed());  // not one frame to spare
  world.fill(*block, most, 1);
  world.expect(*block, most, 1);
}

TEST(PromiseStory, D3_a_touch_that_waits_finds_memory_promised_at_its_address_meanwhile) {
  World world(0);
  VirtAddr kept = world.promise(60).value();
  VirtAddr block = mm::vmm_alloc(world.user.space(), 40, VirtAddr{0}, kReadWrite).value();
  VirtAddr spare = mm::vmm_alloc(world.greedy.space(), 2, VirtAddr{0}, kReadWrite).value();
  ASSERT_TRUE(world.greedy.write32(spare, 1));
  world.take_all();
  bool waits = false, touched = false;
  world.machine.scheduler.spawn([&] {
    waits = true;
    EXPECT_TRUE(world.user.write32(pages_after(block, 39), 2));
    touched = true;
  });
  while (!waits) world.machine.scheduler.yield();
  ASSERT_FALSE(touched);
  ASSERT_TRUE(mm::vmm_free(world.user.space(), kept));
  ASSERT_TRUE(mm::vmm_free(world.user.space(), block));
  PageCount pages = 40;
  ASSERT_EQ(mm::vmm_alloc(world.user.space(), pages, block, kGuaranteed).value(), block);
  while (mm::vmm_resize(world.user.space(), block, pages + 1)) ++pages;
  ASSERT_TRUE(world.greedy.write32(pages_after(spare, 1), 1));  // the last frame
  EXPECT_FALSE(world.machine.frames.gate().some_left(mm::FrameClass::Normal));
  while (!touched) world.machine.scheduler.sleep(10);
}

TEST(PromiseStory, D3_retired_slots_do_not_break_a_promise_while_the_margin_lasts) {
  World world(641);  // ten of its slots
  VirtAddr block = world.promise(600).value();
  const auto others = world.promise_all();
  for (uint64_t page = 0; page < 200; page += 20) world.swap.device.bad_writes.insert(page);
  world.fill(block, 600, 1);
  for (const auto& [who, base, pages] : others) {
    for (PageIndex i = 0; i < pages; ++i) ASSERT_TRUE(who->write32(pages_after(base, i), i + 1));
  }
  world.expect(block, 600, 1);
  EXPECT_EQ(world.swap.retired_slots(), 10u);
}

TEST(PromiseStory, S1_one_process_is_promised_three_quarters_and_leaves_the_rest_to_others) {
  World world(641);
  const uint32_t all = world.machine.frames.counts().total() + 631;
  VirtAddr first = world.promise(10).value();
  PageCount more = 0;
  for (PageCount step = 512; step > 0; step /= 2) {
    while (world.promise(step)) more += step;
    EXPECT_EQ(world.promise(step).error(), Error::LimitReached);
  }
  EXPECT_LE(10 + more, all / 4 * 3);
  EXPECT_GT(10 + more, all / 4 * 3 - 60);  // page tables and slots come out of it
  EXPECT_EQ(mm::vmm_resize(world.user.space(), first, 40).error(), Error::LimitReached);
  EXPECT_TRUE(world.promise(world.greedy, all / 8));
  ASSERT_TRUE(mm::vmm_free(world.user.space(), first));
  EXPECT_TRUE(world.promise(8));
}

// The books are full: every frame and slot is promised. A page that returns changes nothing there;
// and nothing is evicted in vain for those who cannot have a frame anyhow.
TEST(PromiseStory, D3_pages_come_back_where_all_else_is_promised) {
  World world(201);
  constexpr PageCount kPages = 150;
  VirtAddr block = mm::vmm_alloc(world.user.space(), kPages, VirtAddr{0}, kReadWrite).value();
  world.fill(block, kPages, 1);
  world.swap.paging.daemon.start(world.machine.frames.counts().total());
  world.swap.paging.daemon.run_round();
  world.swap.paging.daemon.start(8);
  ASSERT_EQ(world.swap.swapped_pages(), kPages);
  for (uint32_t n = 1; n <= 201; ++n) world.machine.frames.standby().forget({n});
  VirtAddr table = world.promise(world.greedy, 2).value();  // what the block's page table takes
  world.promise_all();
  ASSERT_GT(world.owed(), 50u);
  ASSERT_TRUE(mm::vmm_free(world.greedy.space(), table));
  for (int pass = 0; pass < 2; ++pass) world.expect(block, kPages, 1);
  EXPECT_EQ(world.swap.swapped_pages(), 0u);
  EXPECT_EQ(world.machine.stats().pages_in, kPages);
  EXPECT_EQ(world.machine.stats().pages_out, kPages);
  EXPECT_LT(world.take_all(), 10u);
  world.expect(block, kPages, 1);
}

// Pages that could not be written fill all of memory; there are good slots, and they are tried.
TEST(PromiseStory, D3_pages_that_could_not_be_written_are_tried_again_for_a_promised_one) {
  World world(1000);
  VirtAddr block = world.promise(500).value();
  for (uint64_t page = 0; page < 300; ++page) world.swap.device.bad_writes.insert(page);
  world.take_all();
  world.fill(block, 500, 1);
  world.expect(block, 500, 1);
}

// A page that comes back needs a page table too. With one frame it would come and go for ever,
// while those that could not be written are not tried.
TEST(PromiseStory, D3_pages_that_could_not_be_written_are_tried_again_before_one_comes_and_goes) {
  World world(1000);
  VirtAddr block = world.promise(1).value();
  world.fill(block, 1, 1);
  world.swap.paging.daemon.start(world.machine.frames.counts().total());
  world.swap.paging.daemon.run_round();
  world.swap.paging.daemon.start(8);
  ASSERT_EQ(world.swap.swapped_pages(), 1u);
  world.machine.frames.standby().forget({1});
  const FrameNumber frame = world.machine.frames.allocate(mm::FrameUse::Driver)->release();
  for (uint64_t page = 0; page < 999; ++page) world.swap.device.bad_writes.insert(page);
  world.take_all();
  world.swap.device.bad_writes.clear();
  world.machine.frames.free(frame, mm::FrameUse::Driver);
  ASSERT_EQ(world.machine.frames.counts().free(), 1u);
  world.expect(block, 1, 1);
}

}  // namespace
}  // namespace mobius
