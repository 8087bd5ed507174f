// VmmResize: what is cut off is gone with its frames, what grows is fresh, what is there stays.
#include <gtest/gtest.h>

#include "mm/invariants.h"
#include "sim/sim_user.h"

namespace mobius {
namespace {

using mm::PageState;

constexpr mm::BlockOptions kReadWrite{};

class ResizeStory : public testing::Test {
 protected:
  ~ResizeStory() override { mm::check_machine(machine.manager); }
  void fill(VirtAddr base, PageCount pages) {
    for (PageIndex i = 0; i < pages; ++i) ASSERT_TRUE(user.write32(pages_after(base, i), i + 10));
  }

  sim::SimMachine machine{{.frames = 1024}};
  sim::SimUser user{machine};
};

TEST_F(ResizeStory, R06_R14_what_is_cut_off_is_freed_and_grows_back_as_zeros) {
  VirtAddr block = mm::vmm_alloc(user.space(), 8, VirtAddr{0}, kReadWrite).value();
  fill(block, 8);
  uint32_t before = machine.frames.counts().free();
  ASSERT_EQ(mm::vmm_resize(user.space(), block, 3).value(), block);
  EXPECT_EQ(machine.frames.counts().free(), before + 5);
  EXPECT_EQ(user.state(pages_after(block, 3)), PageState::Free);
  EXPECT_FALSE(user.read32(pages_after(block, 3)));
  ASSERT_EQ(mm::vmm_resize(user.space(), block, 8).value(), block);
  EXPECT_EQ(machine.frames.counts().free(), before + 5);
  for (PageIndex i = 0; i < 8; ++i) {
    EXPECT_EQ(user.read32(pages_after(block, i)).value(), i < 3 ? i + 10 : 0u);
  }
}

TEST_F(ResizeStory, R06_a_block_in_a_reservation_gives_its_tail_back_to_it) {
  VirtAddr area = mm::vmm_reserve_area(user.space(), 8, VirtAddr{0}).value();
  ASSERT_EQ(mm::vmm_alloc(user.space(), 6, area, kReadWrite).value(), area);
  fill(area, 6);
  uint32_t before = machine.frames.counts().free();
  ASSERT_EQ(mm::vmm_resize(user.space(), area, 2).value(), area);
  EXPECT_EQ(machine.frames.counts().free(), before + 4);
  for (PageIndex i = 2; i < 8; ++i) {
    EXPECT_EQ(user.state(pages_after(area, i)), PageState::Reserved);
  }
  ASSERT_EQ(mm::vmm_resize(user.space(), area, 8).value(), area);
  EXPECT_EQ(user.read32(pages_after(area, 1)).value(), 11u);
  EXPECT_EQ(user.read32(pages_after(area, 5)).value(), 0u);
}

}  // namespace
}  // namespace mobius
