// Stories of requests that find no frame at first, and get one because there is something to evict.
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <vector>

#include "mm/invariants.h"
#include "sim/sim_image.h"
#include "sim/sim_swap.h"
#include "sim/sim_user.h"

namespace mobius {
namespace {

using sim::SimMachine;
using sim::SimSwap;
using sim::SimUser;

constexpr mm::BlockOptions kReadWrite{};

// A machine whose frames are all full of one program's pages.
struct FullMachine {
  explicit FullMachine(const sim::SimMachineConfig& config, uint64_t swap_pages = 2048)
      : machine(config), swap(machine, {.pages = swap_pages, .low = 4}), hog(machine),
        user(machine), hoard(alloc(hog, 4000)) {}
  ~FullMachine() {
    mm::check_machine(machine.manager);
    swap.finish();
    machine.scheduler.run();
  }
  VirtAddr alloc(SimUser& who, PageCount pages) {
    return mm::vmm_alloc(who.space(), pages, VirtAddr{0}, kReadWrite).value();
  }
  // Until no frame is free; the daemon gets no turn meanwhile.
  void fill() {
    for (; machine.frames.counts().free() != 0; ++hoarded) {
      ASSERT_TRUE(hog.write32(pages_after(hoard, hoarded), hoarded + 1));
    }
  }
  SimMachine machine;
  SimSwap swap;
  SimUser hog, user;
  VirtAddr hoard;
  PageIndex hoarded = 0;
};

TEST(StarvingStory, R24_calls_that_find_no_frame_wait_until_pages_have_been_evicted) {
  FullMachine full({.frames = 512});
  VirtAddr block = full.alloc(full.user, 900);
  full.fill();
  // Each needs a frame for the kernel's structures, sooner or later.
  for (unsigned i = 0; i < 200; ++i) {
    full.fill();
    const VirtAddr page = pages_after(block, 1 + 4 * i);
    ASSERT_TRUE(mm::vmm_protect(full.user.space(), page, 1, Access::None)) << i;
    ASSERT_TRUE(mm::vmm_alloc(full.user.space(), 1, VirtAddr{0}, kReadWrite)) << i;
    ASSERT_TRUE(mm::vmm_reserve_area(full.user.space(), 1, VirtAddr{0})) << i;
  }
  full.fill();
  EXPECT_TRUE(mm::vmm_resize(full.user.space(), block, 3000));
}

TEST(StarvingStory, D3_a_promise_that_is_refused_evicts_nothing) {
  FullMachine full({.frames = 512});
  full.fill();
  const uint64_t out = full.machine.stats().pages_out;
  EXPECT_FALSE(mm::vmm_alloc(full.user.space(), 4000, VirtAddr{0},
                             mm::BlockOptions{.storage = mm::Storage::Promised}));
  EXPECT_LE(full.machine.stats().pages_out - out, 64u);  // for its slots: not in vain
}

// Who waits for frames hears that a promise has been refused: not the caller's, so it goes on.
TEST(StarvingStory, D3_a_promise_refused_to_another_does_not_end_a_wait_for_frames) {
  FullMachine full({.frames = 512});
  constexpr mm::BlockOptions kPromised{.storage = mm::Storage::Promised};
  VirtAddr block = full.alloc(full.user, 900);
  ASSERT_TRUE(full.user.write32(block, 1));  // its slots must be copied
  SimUser other(full.machine);
  ASSERT_TRUE(mm::vmm_alloc(full.hog.space(), 1500, VirtAddr{0}, kPromised));
  ASSERT_TRUE(mm::vmm_alloc(other.space(), 500, VirtAddr{0}, kPromised));
  full.fill();
  full.swap.device.latency = 500;
  bool ended = false;
  full.machine.scheduler.spawn([&] {
    EXPECT_TRUE(mm::vmm_resize(full.user.space(), block, 3000));
    ended = true;
  });
  while (full.swap.device.writes == 0) full.machine.scheduler.sleep(1);
  while (mm::vmm_alloc(full.hog.space(), 1, VirtAddr{0}, kPromised)) {
  }
  EXPECT_EQ(full.machine.manager.refused_promises(), 1u);
  EXPECT_FALSE(ended);
  while (!ended) full.machine.scheduler.sleep(10);
}

// Whoever runs first when frames have come can take them all: one among sixty that want more than
// there are would hardly ever be first.
TEST(StarvingStory, D3_a_touch_whose_frames_others_take_first_gets_one_soon) {
  constexpr uint32_t kHogs = 60, kEach = 100, kTouches = 20;
  FullMachine full({.frames = 1024}, 16 * 1024);
  std::vector<std::unique_ptr<SimUser>> hogs(kHogs);
  for (auto& hog : hogs) hog = std::make_unique<SimUser>(full.machine);
  full.fill();
  bool ended = false;
  uint32_t hog_touches = 0, running = kHogs;
  for (auto& hog : hogs) {
    full.machine.scheduler.spawn([&] {
      const VirtAddr block = full.alloc(*hog, kEach);
      for (uint32_t i = 0; !ended; ++i, ++hog_touches) {
        ASSERT_TRUE(hog->write32(pages_after(block, i % kEach), i));
      }
      --running;
    });
  }
  const VirtAddr block = full.alloc(full.user, kTouches);
  while (hog_touches < 10'000) full.machine.scheduler.sleep(1);
  uint32_t longest = 0;
  for (uint32_t i = 0; i < kTouches; ++i) {
    const uint32_t before = hog_touches;
    ASSERT_TRUE(full.user.write32(pages_after(block, i), i)) << i;
    longest = std::max(longest, hog_touches - before);
  }
  EXPECT_LT(longest, 1000u);
  ended = true;
  while (running != 0) full.machine.scheduler.sleep(1);
  LockGuard guard(full.machine.manager.lock);
  EXPECT_EQ(full.machine.manager.starving, 0u);
}

// A machine without swap space whose frames are full, so that only the first page of an EXE can go.
struct OnePageCanGo {
  OnePageCanGo() {
    KASSERT(user->space().map_image(*image).has_value());
    block = mm::vmm_alloc(user->space(), 1000, VirtAddr{0}, kReadWrite).value();
    EXPECT_TRUE(user->read32(layout.base));
    EXPECT_TRUE(user->write32(block, 1));
    EXPECT_TRUE(mm::vmm_discard(user->space(), block, 1));  // its slot and page table stay
    fill();
    swap->paging.daemon.start(1);
    swap->paging.daemon.run_round();  // the EXE's page goes
  }
  ~OnePageCanGo() {
    swap->paging.daemon.start(0);
    swap->finish();
    machine.scheduler.run();
    user.reset();
    image->release();
    swap.reset();
  }
  void fill() {
    while (machine.frames.counts().free() != 0) {
      ASSERT_TRUE(user->write32(pages_after(block, next++), 1));
    }
  }
  SimMachine machine{{.frames = 512}};
  sim::SimFile file{machine.memory, machine.scheduler, 7, 6 * kPageSize};
  mm::ImageLayout layout = sim::usual_layout();
  sim::SimImage* image = sim::SimImage::create(machine, layout, file);
  std::optional<SimSwap> swap{std::in_place, machine, sim::SimSwapConfig{.pages = 0, .low = 4}};
  std::optional<SimUser> user{std::in_place, machine};
  VirtAddr block{0};
  PageIndex next = 1;
};

// It is on its way in when the daemon looks: no reason to give up.
TEST(StarvingStory, D3_a_page_on_its_way_in_is_waited_for_before_memory_counts_as_full) {
  OnePageCanGo full;
  sim::SimScheduler& scheduler = full.machine.scheduler;
  full.file.behaviour.latency = 500;
  bool ended = false;
  scheduler.spawn([&] {
    (void)full.user->read32(full.layout.base);  // in time, or its page is gone again
    ended = true;
  });
  while (full.machine.reads_under_way() == 0) scheduler.yield();
  full.fill();
  EXPECT_EQ(full.machine.reads_under_way(), 1u);
  const uint64_t switches = scheduler.switches();
  EXPECT_TRUE(full.user->write32(full.block, 2));
  EXPECT_LT(scheduler.switches() - switches, 64u);  // asleep, not asking again and again
  while (!ended) scheduler.sleep(1);
}

// It has been brought in for somebody who has not got the processor since: it can go once it has
// been used.
TEST(StarvingStory, D3_a_page_that_its_reader_has_still_to_use_is_waited_for) {
  OnePageCanGo full;
  ASSERT_EQ(mm::resolve_fault(full.user->space(), {full.layout.base, mm::FaultAccess::Read}),
            mm::FaultOutcome::Resolved);
  full.fill();
  full.machine.scheduler.spawn([&] {
    full.machine.scheduler.sleep(60);
    (void)full.user->read32(full.layout.base);
  });
  EXPECT_TRUE(full.user->write32(full.block, 2));
}

TEST(StarvingStory, D3_pages_that_cannot_be_written_do_not_hide_those_that_can) {
  FullMachine full({.frames = 400}, 400);
  full.fill();
  // All slots but the last few are bad: four batches fail, and some pages are left to try.
  const uint32_t pages = full.machine.frames.counts().used(mm::FrameUse::Anonymous);
  for (uint64_t page = 0; page < pages - 8; ++page) {
    full.swap.device.bad_writes.insert(page);
  }
  EXPECT_TRUE(full.user.write32(full.alloc(full.user, 1), 1));
}

TEST(StarvingStory, R24_a_frame_in_the_direct_map_is_had_although_others_are_free) {
  FullMachine full({.frames = 512, .direct_frames = 400});
  VirtAddr block = full.alloc(full.user, 64 * 1024);
  full.fill();
  // From now on there are frames, but above the direct map.
  full.machine.manager.page_daemon->run_round();
  for (PageIndex i = 0; i < 40; ++i) {
    // Page tables and slots of its own for each.
    ASSERT_TRUE(full.user.write32(pages_after(block, i * 1024), 1)) << i;
  }
}

}  // namespace
}  // namespace mobius
