// Stories of the default policy in a whole machine: with read-ahead, and pages that were there
// before anybody watched them.
#include "story/swap_rig.h"

namespace mobius {
namespace {

// What can stay is hit in every round, from the first one that is paged; LRU would hit nothing.
TEST(ReplacementStory, R13_a_loop_larger_than_memory_keeps_what_fits) {
  sim::SimMachine machine({.frames = 4096});
  sim::SimSwap swap(machine, {.pages = 16 * 1024});
  sim::SimUser user(machine);
  constexpr PageCount kPages = 6000, kRounds = 6;
  const PageCount fit = machine.frames.counts().free();
  const VirtAddr block = mm::vmm_alloc(user.space(), kPages, VirtAddr{0}, kReadWrite).value();
  for (PageIndex i = 0; i < kPages; ++i) ASSERT_TRUE(user.write32(pages_after(block, i), i));
  for (unsigned round = 0; round < kRounds; ++round) {
    const uint64_t before = machine.stats().pages_in;
    for (PageIndex i = 0; i < kPages; ++i) {
      ASSERT_EQ(user.read32(pages_after(block, i)).value(), i);
    }
    // M/24 and M/64 pages are on probation; the first round is needed to see that it is a loop.
    const uint64_t least = kPages - fit + fit / 24 + fit / 64;
    const uint64_t more = round == 0 ? fit / 8 : fit / 32;
    EXPECT_LE(machine.stats().pages_in - before, least + more) << round;
  }
  swap.finish();
  machine.scheduler.run();
}

}  // namespace
}  // namespace mobius
