// R15: what was written is never taken for clean, whichever way its translation goes.
#include <gtest/gtest.h>

#include "mm/invariants.h"
#include "sim/sim_image.h"
#include "sim/sim_user.h"

namespace mobius {
namespace {

using mm::PageState;

constexpr mm::BlockOptions kReadWrite{};

class DirtyStory : public testing::Test {
 protected:
  ~DirtyStory() override { mm::check_machine(machine.manager); }

  sim::SimMachine machine{{.frames = 1024}};
  sim::SimUser user{machine};
};

// Two threads fault on one page; the second is served when the first has already written.
TEST_F(DirtyStory, R15_a_fault_that_comes_late_forgets_no_write) {
  VirtAddr block = mm::vmm_alloc(user.space(), 1, VirtAddr{0}, kReadWrite).value();
  ASSERT_TRUE(user.write32(block, 7));
  for (mm::FaultAccess late : {mm::FaultAccess::Read, mm::FaultAccess::Write}) {
    EXPECT_EQ(mm::resolve_fault(user.space(), {block, late}), mm::FaultOutcome::Resolved);
    EXPECT_EQ(user.state(block), PageState::CommittedDirty);
    EXPECT_EQ(user.read32(block).value(), 7u);
  }
}

}  // namespace
}  // namespace mobius
