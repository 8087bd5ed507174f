// Stories of what the kernel keeps for programs and cannot page out: who causes much of it is
// refused more, and the others go on.
#include <gtest/gtest.h>

#include "mm/invariants.h"
#include "sim/sim_swap.h"
#include "sim/sim_user.h"

namespace mobius {
namespace {

using sim::SimUser;

constexpr mm::BlockOptions kReadWrite{};
constexpr PageCount kFarApart = 512;  // pages: each has a leaf of slots of its own

struct Shared {
  Shared() : swap(machine, {.pages = 4000}), user(machine), hog(machine), other(machine) {
    LockGuard guard(machine.manager.lock);
    machine.manager.share = mm::KernelShare::of(machine.frames.counts().direct());
  }
  ~Shared() {
    mm::check_machine(machine.manager);
    swap.finish();
    machine.scheduler.run();
  }
  static VirtAddr alloc(SimUser& who, PageCount pages) {
    return mm::vmm_alloc(who.space(), pages, VirtAddr{0}, kReadWrite).value();
  }
  // As many blocks of a page as it gets.
  unsigned take_regions(SimUser& who) {
    for (unsigned blocks = 0;; ++blocks) {
      auto block = mm::vmm_alloc(who.space(), 1, VirtAddr{0}, kReadWrite);
      if (block) continue;
      EXPECT_EQ(block.error(), Error::LimitReached);
      return blocks;
    }
  }
  uint32_t frames_of(SimUser& who) {
    LockGuard guard(machine.manager.lock);
    return who.space().regions.kernel_bytes() / kPageSize;
  }
  uint32_t frames() { return machine.frames.counts().total(); }

  sim::SimMachine machine{{.frames = 2048}};
  sim::SimSwap swap;
  SimUser user, hog, other;
};

TEST(KernelShareStory, S1_one_process_gets_a_quarter_of_memory_in_regions) {
  Shared m;
  m.take_regions(m.hog);
  EXPECT_LE(m.frames_of(m.hog), m.frames() / 4);
  EXPECT_GE(m.frames_of(m.hog), m.frames() / 4 - 2);
  EXPECT_TRUE(mm::vmm_alloc(m.user.space(), 1, VirtAddr{0}, kReadWrite));
}

TEST(KernelShareStory, S1_two_with_as_many_regions_as_they_get_leave_the_others_going) {
  Shared m;
  const VirtAddr block = m.alloc(m.user, 700);
  m.take_regions(m.hog);
  m.take_regions(m.other);
  EXPECT_LE(m.machine.frames.counts().kernel(), m.frames() / 2 + 1);
  EXPECT_EQ(mm::vmm_alloc(m.hog.space(), 1, VirtAddr{0}, kReadWrite).error(), Error::LimitReached);
  EXPECT_TRUE(mm::vmm_alloc(m.user.space(), 1, VirtAddr{0}, kReadWrite));  // it has little
  for (uint32_t round = 1; round <= 2; ++round) {
    for (PageIndex i = 0; i < 700; ++i) {
      ASSERT_TRUE(m.user.write32(pages_after(block, i), i + round)) << i;
    }
  }
  for (PageIndex i = 0; i < 700; ++i) ASSERT_EQ(m.user.read32(pages_after(block, i)), i + 2);
}

TEST(KernelShareStory, S1_who_is_promised_everything_gets_regions_all_the_same) {
  Shared m;
  m.take_regions(m.hog);
  m.take_regions(m.other);
  const sim::PromisedThread promised(m.machine.scheduler);
  EXPECT_TRUE(mm::vmm_alloc(m.user.space(), 1, VirtAddr{0}, kReadWrite));
}

// Slots cannot go either: who touches a page here and there ends by its own share.
TEST(KernelShareStory, S1_slots_count_and_who_has_too_many_ends_alone) {
  Shared m;
  const VirtAddr sparse = m.alloc(m.hog, 500000);
  unsigned touched = 0;
  while (m.hog.write32(pages_after(sparse, touched * kFarApart), 1)) ++touched;
  EXPECT_EQ(m.hog.last_outcome(), mm::FaultOutcome::OutOfMemory);
  EXPECT_GT(touched, m.frames() / 5);
  EXPECT_LE(m.frames_of(m.hog), m.frames() / 4);
  EXPECT_TRUE(m.user.write32(m.alloc(m.user, 1000), 1));
}

TEST(KernelShareStory, S1_what_is_given_back_counts_no_more) {
  Shared m;
  const auto bytes = [&] {
    LockGuard guard(m.machine.manager.lock);
    return m.hog.space().regions.kernel_bytes();
  };
  ASSERT_EQ(bytes(), 0u);
  const VirtAddr block = m.alloc(m.hog, 3000);
  ASSERT_TRUE(m.hog.write32(pages_after(block, 2999), 1));
  ASSERT_TRUE(mm::vmm_protect(m.hog.space(), pages_after(block, 5), 2, Access::Read));
  EXPECT_GT(bytes(), 4096 + 3 * mm::kRegionBytes);
  const VirtAddr moved = mm::vmm_resize(m.hog.space(), block, 9000).value();
  mm::check_machine(m.machine.manager);
  ASSERT_TRUE(mm::vmm_free(m.hog.space(), moved));
  const VirtAddr area = mm::vmm_reserve_area(m.hog.space(), 100, VirtAddr{0}).value();
  const VirtAddr part = mm::vmm_alloc(m.hog.space(), 10, area, kReadWrite).value();
  ASSERT_TRUE(m.hog.write32(part, 1));
  ASSERT_TRUE(mm::vmm_free(m.hog.space(), part));
  ASSERT_TRUE(mm::vmm_unmap(m.hog.space(), area));
  EXPECT_EQ(bytes(), 0u);
  const VirtAddr promised =
      mm::vmm_alloc(m.hog.space(), 600, VirtAddr{0}, {.storage = mm::Storage::Promised}).value();
  EXPECT_GT(bytes(), 8192u);
  mm::check_machine(m.machine.manager);
  ASSERT_TRUE(mm::vmm_resize(m.hog.space(), promised, 1200));
  mm::check_machine(m.machine.manager);
  ASSERT_TRUE(mm::vmm_free(m.hog.space(), promised));
  EXPECT_EQ(bytes(), 0u);
}

TEST(KernelShareStory, S1_at_64_MiB_a_process_has_30000_regions) {
  constexpr auto share = mm::KernelShare::of(15500);  // less what the kernel's image takes
  EXPECT_GT(share.of_one / (mm::kRegionBytes + 16.0) * kPageSize, 30000);
}

}  // namespace
}  // namespace mobius
