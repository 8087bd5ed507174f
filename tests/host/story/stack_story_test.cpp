// D4: a stack is one region fixed at creation; its lowest page is the guard.
#include <gtest/gtest.h>

#include "mm/invariants.h"
#include "sim/sim_user.h"

namespace mobius {
namespace {

class StackStory : public testing::Test {
 protected:
  sim::SimMachine machine{{.frames = 1024}};
  sim::SimUser user{machine};
};

TEST_F(StackStory, D4_a_stack_has_at_least_a_mebibyte_and_ends_at_the_top_of_the_user_range) {
  VirtRange stack = user.space().map_stack(1).value();
  EXPECT_EQ(stack.size_pages(), 256u);
  EXPECT_EQ(stack.end, kUserRange.end);  // R08: a block may end exactly at 0x80000000
  EXPECT_EQ(user.space().map_stack(5 << 20).value().size_pages(), 1280u);
}

TEST_F(StackStory, D4_any_touch_above_the_guard_commits_that_page) {
  VirtRange stack = user.space().map_stack(1).value();
  ASSERT_TRUE(user.write32(VirtAddr{stack.end.value - 4}, 1));
  ASSERT_TRUE(user.write32(pages_after(stack.begin, 100), 2));
  ASSERT_TRUE(user.write32(pages_after(stack.begin, 1), 3));
  EXPECT_EQ(user.state(pages_after(stack.begin, 50)), mm::PageState::Uncommitted);
}

TEST_F(StackStory, D4_the_guard_and_what_is_below_it_fault_as_a_stack_overflow) {
  VirtRange stack = user.space().map_stack(1).value();
  for (uint32_t below : {0u, 4092u}) {
    EXPECT_FALSE(user.write32(stack.begin + below, 1));
    EXPECT_FALSE(user.read32(stack.begin + below));
  }
  mm::PageFault guard{stack.begin, mm::FaultAccess::Write};
  EXPECT_EQ(mm::explain_fault(user.space(), guard, false), mm::FaultReason::StackOverflow);
  mm::PageFault under{VirtAddr{stack.begin.value - 8192}, mm::FaultAccess::Write};
  EXPECT_EQ(mm::explain_fault(user.space(), under, false), mm::FaultReason::StackOverflow);
}

TEST_F(StackStory, D4_R25_to_the_calls_the_whole_region_is_taken) {
  VirtRange stack = user.space().map_stack(1).value();
  for (VirtAddr a : {stack.begin, pages_after(stack.begin, 9)}) {
    EXPECT_EQ(mm::vmm_free(user.space(), a).error(), Error::BadArgument);
    EXPECT_EQ(mm::vmm_protect(user.space(), a, 1, Access::None).error(), Error::BadArgument);
    VirtAddr other = mm::vmm_alloc(user.space(), 1, a, {.access = Access::Read}).value();
    EXPECT_FALSE(stack.contains(other));
  }
}

TEST_F(StackStory, D1_unmapping_a_stack_gives_everything_back) {
  VirtRange warm = user.space().map_stack(1).value();
  user.space().unmap_stack(warm);
  uint32_t before = machine.frames.counts().free();
  VirtRange stack = user.space().map_stack(1).value();
  for (PageCount i = 1; i < 200; ++i) ASSERT_TRUE(user.write32(pages_after(stack.begin, i), i));
  user.space().unmap_stack(stack);
  EXPECT_EQ(machine.frames.counts().free(), before);
  mm::check_machine(machine.manager);
}

}  // namespace
}  // namespace mobius
