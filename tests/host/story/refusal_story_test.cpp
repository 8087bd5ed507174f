// Calls that cannot be right: refused with their error, and everything is as it was.
#include <gtest/gtest.h>

#include "mm/invariants.h"
#include "sim/sim_image.h"
#include "sim/sim_user.h"

namespace mobius {
namespace {

constexpr mm::BlockOptions kReadWrite{};

class RefusalStory : public testing::Test {
 protected:
  ~RefusalStory() override { mm::check_machine(machine.manager); }
  VirtAddr alloc(PageCount pages, VirtAddr base = VirtAddr{0}) {
    return mm::vmm_alloc(user.space(), pages, base, kReadWrite).value();
  }

  sim::SimMachine machine{{.frames = 1024}};
  sim::SimUser user{machine};
};

TEST_F(RefusalStory, R21_counts_that_leave_the_user_range_or_wrap_around_are_refused) {
  VirtAddr block = alloc(4, VirtAddr{0x30000000});
  VirtAddr second = pages_after(block, 1);
  ASSERT_TRUE(user.write32(second, 7));
  // 2^20 - 1 pages from here end, modulo 2^32, one page below, inside the block; 2^20 end here.
  for (PageCount pages : {0u, 0x50000u, 0x80000u, 0xFFFFFu, 0x100000u, 0x100001u, 0xFFFFFFFFu}) {
    SCOPED_TRACE(pages);
    EXPECT_EQ(mm::vmm_protect(user.space(), second, pages, Access::Read).error(),
              Error::BadArgument);
    EXPECT_EQ(mm::vmm_discard(user.space(), second, pages).error(), Error::BadArgument);
    mm::check_machine(machine.manager);
  }
  EXPECT_EQ(user.read32(second).value(), 7u);
  EXPECT_TRUE(user.write32(second, 8));
}

TEST_F(RefusalStory, R21_sizes_that_no_address_space_has_are_refused_as_such) {
  VirtAddr block = alloc(2);
  for (PageCount pages : {0u, kMaxUserPages + 1, 0xFFFFFu, 0x100000u, 0x100001u, 0xFFFFFFFFu}) {
    SCOPED_TRACE(pages);
    for (VirtAddr base : {VirtAddr{0}, block, VirtAddr{0x20000000}}) {
      EXPECT_EQ(mm::vmm_alloc(user.space(), pages, base, kReadWrite).error(), Error::BadArgument);
      EXPECT_EQ(mm::vmm_reserve_area(user.space(), pages, base).error(), Error::BadArgument);
    }
    EXPECT_EQ(mm::vmm_resize(user.space(), block, pages).error(), Error::BadArgument);
  }
  EXPECT_EQ(mm::vmm_alloc(user.space(), kMaxUserPages, VirtAddr{0}, kReadWrite).error(),
            Error::OutOfAddressSpace);
  EXPECT_EQ(user.region_count(), 1u);
}

TEST_F(RefusalStory, R23_an_image_is_not_laid_over_what_is_there) {
  mm::ImageLayout layout = sim::usual_layout();
  sim::SimFile file(machine.memory, machine.scheduler, 7, 6 * kPageSize);
  sim::SimImage* image = sim::SimImage::create(machine, layout, file);
  VirtAddr block = alloc(1, pages_after(layout.base, 7));
  ASSERT_TRUE(user.write32(block, 7));
  EXPECT_EQ(user.space().map_image(*image).error(), Error::OutOfAddressSpace);
  EXPECT_EQ(user.region_count(), 1u);
  EXPECT_EQ(user.read32(block).value(), 7u);
  ASSERT_TRUE(mm::vmm_free(user.space(), block));
  EXPECT_TRUE(user.space().map_image(*image));
  image->release();
}

TEST_F(RefusalStory, D4_a_stack_is_neither_discarded_nor_resized_nor_unmapped) {
  VirtRange stack = user.space().map_stack(1).value();
  VirtAddr top = VirtAddr{stack.end.value - kPageSize};
  ASSERT_TRUE(user.write32(top, 7));
  EXPECT_EQ(mm::vmm_discard(user.space(), top, 1).error(), Error::BadArgument);
  EXPECT_EQ(mm::vmm_resize(user.space(), top, 1).error(), Error::BadArgument);
  EXPECT_EQ(mm::vmm_unmap(user.space(), top).error(), Error::BadArgument);
  EXPECT_EQ(user.read32(top).value(), 7u);
}

TEST_F(RefusalStory, D3_a_promise_that_cannot_be_kept_leaves_nothing) {
  constexpr mm::BlockOptions kPromised{.storage = mm::Storage::Promised};
  VirtAddr block = alloc(1);
  ASSERT_TRUE(user.write32(block, 7));
  sim::SimUser other(machine);
  const PageCount half = machine.frames.counts().free() / 2;
  ASSERT_TRUE(mm::vmm_alloc(other.space(), half, VirtAddr{0}, kPromised));
  auto fail = [&] {
    EXPECT_EQ(mm::vmm_alloc(user.space(), half, VirtAddr{0x20000000}, kPromised).error(),
              Error::OutOfFrames);
    EXPECT_EQ(mm::vmm_alloc(user.space(), 900, VirtAddr{0x20000000}, kPromised).error(),
              Error::LimitReached);
    EXPECT_EQ(user.region_count(), 1u);
    mm::check_machine(machine.manager);
  };
  fail();  // the heap keeps an empty slab of each kind it has used
  const uint32_t before = machine.frames.counts().free();
  fail();
  EXPECT_EQ(machine.frames.counts().free(), before);
  EXPECT_EQ(user.state(VirtAddr{0x20000000}), mm::PageState::Free);
  EXPECT_EQ(user.read32(block).value(), 7u);
}

TEST(RegionLimitStory, S1_the_region_after_the_last_one_allowed_is_refused) {
  sim::SimMachine machine{{.frames = 12288}};
  sim::SimUser user{machine};
  VirtAddr wide = mm::vmm_alloc(user.space(), 3, VirtAddr{0}, kReadWrite).value();
  while (user.region_count() < mm::kMaxRegions) {
    ASSERT_TRUE(mm::vmm_alloc(user.space(), 1, VirtAddr{0}, kReadWrite));
  }
  const uint32_t before = machine.frames.counts().free();
  EXPECT_EQ(mm::vmm_alloc(user.space(), 1, VirtAddr{0}, kReadWrite).error(), Error::LimitReached);
  EXPECT_EQ(mm::vmm_reserve_area(user.space(), 1, VirtAddr{0}).error(), Error::LimitReached);
  EXPECT_EQ(user.space().map_stack(1).error(), Error::LimitReached);
  VirtAddr middle = pages_after(wide, 1);
  EXPECT_EQ(mm::vmm_protect(user.space(), middle, 1, Access::None).error(), Error::LimitReached);
  EXPECT_EQ(user.region_count(), mm::kMaxRegions);
  EXPECT_EQ(machine.frames.counts().free(), before);
  ASSERT_TRUE(mm::vmm_free(user.space(), wide));
  EXPECT_TRUE(mm::vmm_alloc(user.space(), 1, VirtAddr{0}, kReadWrite));
  mm::check_machine(machine.manager);
}

TEST(RegionLimitStory, S1_an_image_that_needs_more_regions_than_are_left_leaves_none) {
  sim::SimMachine machine{{.frames = 12288}};
  mm::ImageLayout layout = sim::usual_layout();
  sim::SimFile file(machine.memory, machine.scheduler, 7, 6 * kPageSize);
  sim::SimImage* image = sim::SimImage::create(machine, layout, file);
  {
    sim::SimUser user{machine};
    VirtAddr last{};
    while (user.region_count() < mm::kMaxRegions - 2) {
      last = mm::vmm_alloc(user.space(), 1, VirtAddr{0}, kReadWrite).value();
    }
    ASSERT_FALSE(user.space().map_image(*image));  // after it the heap has what it needs
    const uint32_t before = machine.frames.counts().free();
    EXPECT_EQ(user.space().map_image(*image).error(), Error::LimitReached);
    EXPECT_EQ(user.region_count(), mm::kMaxRegions - 2);
    EXPECT_EQ(machine.frames.counts().free(), before);
    EXPECT_EQ(image->holders(), 1u);
    mm::check_machine(machine.manager);
    for (uint32_t i = 0; i < 4; ++i) {
      ASSERT_TRUE(mm::vmm_free(user.space(), VirtAddr{last.value - i * kPageSize}));
    }
    EXPECT_TRUE(user.space().map_image(*image));
  }
  image->release();
}

}  // namespace
}  // namespace mobius
