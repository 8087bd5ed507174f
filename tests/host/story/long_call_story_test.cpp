// Stories of long calls whose threads run between each other's steps, and of what they find then.
#include <gtest/gtest.h>

#include "sim/sim_user.h"

namespace mobius {
namespace {

constexpr PageCount kPages = 2600;  // five leaves of slots and a bit
constexpr mm::BlockOptions kReadWrite{};

class LongCallsStory : public testing::Test {
 protected:
  LongCallsStory() {
    machine.manager.step_limits = {.pages = 1, .work = 1};
    for (PageIndex i = 99; i < kPages; i += 500) {
      EXPECT_TRUE(user.write32(pages_after(block, i), 1));
    }
  }

  sim::SimMachine machine{{.frames = 512}};
  sim::SimUser user{machine};
  const VirtAddr block = mm::vmm_alloc(user.space(), kPages, VirtAddr{0}, kReadWrite).value();
};

// The end of one wakes both that wait, and the first of them begins another.
TEST_F(LongCallsStory, R25_those_of_three_threads_go_one_after_the_other) {
  for (int i = 0; i < 3; ++i) {
    machine.scheduler.spawn(
        [&] { EXPECT_TRUE(mm::vmm_discard(user.space(), block, kPages)); });
  }
  EXPECT_EQ(machine.scheduler.run(), 0u);
  EXPECT_EQ(user.read32(pages_after(block, 99)).value(), 0u);
}

TEST_F(LongCallsStory, R10_a_query_counts_anew_when_another_block_has_come_there_meanwhile) {
  machine.scheduler.spawn([&] {
    EXPECT_TRUE(mm::vmm_free(user.space(), block));  // the next object gets its memory
    EXPECT_TRUE(mm::vmm_alloc(user.space(), kPages, block, kReadWrite));
  });
  const mm::BlockInfo info = mm::vmm_query(user.space(), block).value();
  EXPECT_EQ(info.dirty, 0u);
  EXPECT_EQ(info.uncommitted, kPages);
  EXPECT_EQ(machine.scheduler.run(), 0u);
}

}  // namespace
}  // namespace mobius
