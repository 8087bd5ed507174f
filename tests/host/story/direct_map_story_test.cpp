// Stories of a machine with more RAM than the direct map: page tables, slots and the kernel's heap
// must lie in it, pages need not.
#include <gtest/gtest.h>

#include "mm/invariants.h"
#include "sim/sim_swap.h"
#include "sim/sim_user.h"

namespace mobius {
namespace {

using sim::SimUser;

constexpr mm::BlockOptions kReadWrite{};
constexpr mm::BlockOptions kGuaranteed{.storage = mm::Storage::Promised};
constexpr uint32_t kReserve = 24;
constexpr PageCount kTaken = 300;

// 512 frames in the direct map, less the first 256, and 512 beyond it.
struct MoreThanDirect {
  explicit MoreThanDirect(uint64_t swap_pages = 0)
      : swap(machine, {.pages = swap_pages}), user(machine), hog(machine), taker(machine) {
    LockGuard guard(machine.manager.lock);
    machine.manager.promises.set_reserve(kReserve);
  }
  ~MoreThanDirect() {
    mm::check_machine(machine.manager);
    swap.finish();
    machine.scheduler.run();
  }
  static VirtAddr alloc(SimUser& who, PageCount pages, VirtAddr at = VirtAddr{0},
                        mm::BlockOptions options = kReadWrite) {
    return mm::vmm_alloc(who.space(), pages, at, options).value();
  }
  // Blocks of a page, each of which needs a page table.
  std::vector<VirtAddr> promise_far_apart(unsigned blocks) {
    std::vector<VirtAddr> all;
    for (unsigned i = 0; i < blocks; ++i) {
      auto at = mm::vmm_alloc(user.space(), 1, VirtAddr{0x10000000 + i * (4u << 20)}, kGuaranteed);
      if (!at) break;
      all.push_back(*at);
    }
    return all;
  }
  void expect_kept(const std::vector<VirtAddr>& promised) {
    for (VirtAddr page : promised) ASSERT_TRUE(user.write32(page, 1)) << page.value;
  }
  PageCount grow(SimUser& who, PageCount most) {
    const VirtAddr block = alloc(who, most);
    PageCount got = 0;
    while (got < most && who.write32(pages_after(block, got), got + 1)) ++got;
    return got;
  }
  // Data fills the direct map, and beyond it there is room again.
  void fill_direct_map() {
    const VirtAddr taken = alloc(taker, kTaken);
    for (PageIndex i = 0; i < kTaken; ++i) ASSERT_TRUE(taker.write32(pages_after(taken, i), 1));
    EXPECT_LT(grow(hog, 4000), 4000u);
    ASSERT_TRUE(mm::vmm_free(taker.space(), taken));
    ASSERT_GE(machine.frames.counts().free(), kTaken);
  }
  // Takes the kernel's heap, and so the direct map, down to what may be had.
  unsigned take_heap() {
    unsigned blocks = 0;
    while (mm::vmm_alloc(taker.space(), 2, VirtAddr{0}, kReadWrite)) ++blocks;
    return blocks;
  }

  sim::SimMachine machine{{.frames = 1024, .direct_frames = 512}};
  sim::SimSwap swap;
  SimUser user, hog, taker;
};

TEST(DirectMapStory, D3_promised_pages_get_their_page_tables_there) {
  MoreThanDirect m;
  const auto promised = m.promise_far_apart(30);
  ASSERT_EQ(promised.size(), 30u);
  m.fill_direct_map();
  m.take_heap();
  EXPECT_GE(m.machine.frames.counts().free_direct(), kReserve + 30);
  m.expect_kept(promised);
}

TEST(DirectMapStory, S1_who_everything_is_promised_to_finds_the_reserve_there) {
  MoreThanDirect m;
  m.fill_direct_map();
  m.take_heap();
  ASSERT_GE(m.machine.frames.counts().free_direct(), kReserve);
  const sim::PromisedThread promised(m.machine.scheduler);
  const uint64_t switches = m.machine.scheduler.switches();
  for (unsigned i = 0; i < kReserve - 4; ++i) {
    const VirtAddr page = m.alloc(m.user, 1, VirtAddr{0x20000000 + i * (4u << 20)});
    EXPECT_TRUE(m.user.write32(page, 1)) << i;
  }
  EXPECT_EQ(m.machine.scheduler.switches(), switches) << "it waited for the page daemon";
}

// Promised pages lie elsewhere as long as there is room: what is left in the end is there.
TEST(DirectMapStory, D3_promised_pages_and_promised_tables_are_all_to_be_had) {
  MoreThanDirect m;
  const auto promised = m.promise_far_apart(40);
  ASSERT_EQ(promised.size(), 40u);
  for (SimUser* who : {&m.hog, &m.taker}) {
    PageCount pages = m.machine.frames.counts().free();
    auto block = mm::vmm_alloc(who->space(), pages, VirtAddr{0}, kGuaranteed);
    while (!block) block = mm::vmm_alloc(who->space(), --pages, VirtAddr{0}, kGuaranteed);
    for (PageIndex i = 0; i < pages; ++i) {
      ASSERT_TRUE(who->write32(pages_after(*block, i), 1)) << i;
    }
  }
  EXPECT_LT(m.machine.frames.counts().free_direct(), 150u);
  m.expect_kept(promised);
}

TEST(DirectMapStory, D3_no_more_is_promised_than_there_is_room_for_tables) {
  MoreThanDirect m(4000);  // slots hold no page tables
  const auto promised = m.promise_far_apart(400);
  EXPECT_GT(promised.size(), 60u);
  EXPECT_LT(promised.size(), 256u);
  m.grow(m.hog, 3000);
  m.expect_kept(promised);
}

TEST(DirectMapStory, D3_what_can_be_had_there_no_more_is_refused_at_once) {
  MoreThanDirect m;
  m.fill_direct_map();
  m.take_heap();
  const uint64_t tests = m.machine.stats().bit_tests, time = m.machine.scheduler.now();
  EXPECT_EQ(mm::vmm_alloc(m.taker.space(), 2, VirtAddr{0}, kReadWrite).error(), Error::OutOfFrames);
  EXPECT_LT(m.machine.stats().bit_tests - tests, 3 * m.machine.frames.counts().total());
  EXPECT_LT(m.machine.scheduler.now() - time, 100u);
}

// What others bring in meanwhile lies elsewhere.
TEST(DirectMapStory, D3_pages_that_come_and_go_elsewhere_do_not_delay_a_refusal) {
  MoreThanDirect m;
  const VirtAddr page = m.alloc(m.user, 1);
  ASSERT_TRUE(m.user.write32(page, 1));
  ASSERT_TRUE(m.user.write32(m.alloc(m.user, 1), 1));  // so that its page table stays
  m.fill_direct_map();
  m.take_heap();
  bool refused = false;
  m.machine.scheduler.spawn([&] {
    while (!refused) {
      EXPECT_TRUE(mm::vmm_discard(m.user.space(), page, 1));
      EXPECT_TRUE(m.user.write32(page, 1));
      m.machine.scheduler.sleep(1);
    }
  });
  const uint64_t time = m.machine.scheduler.now();
  EXPECT_EQ(mm::vmm_alloc(m.taker.space(), 2, VirtAddr{0}, kReadWrite).error(), Error::OutOfFrames);
  refused = true;
  EXPECT_LT(m.machine.scheduler.now() - time, 200u);
}

TEST(DirectMapStory, D3_pages_there_go_for_who_needs_a_frame_there) {
  MoreThanDirect m(4000);
  m.grow(m.taker, 500);  // beyond the direct map
  const PageCount fits = m.machine.frames.counts().free() - kReserve - 20;
  ASSERT_EQ(m.grow(m.hog, fits), fits);
  const uint64_t out = m.machine.stats().pages_out;
  for (unsigned i = 0; i < 40; ++i) {
    const VirtAddr page = m.alloc(m.user, 1, VirtAddr{0x20000000 + i * (4u << 20)});
    ASSERT_TRUE(m.user.write32(page, 1)) << i;
  }
  EXPECT_LT(m.machine.stats().pages_out - out, 300u);
}

}  // namespace
}  // namespace mobius
