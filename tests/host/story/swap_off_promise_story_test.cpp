// Stories of a swap device that is taken away while others come to need memory: what was promised,
// and who finds none.
#include <gtest/gtest.h>

#include "mm/invariants.h"
#include "mm/swap_off.h"
#include "sim/sim_swap.h"
#include "sim/sim_user.h"

namespace mobius {
namespace {

using sim::SimMachine;
using sim::SimSwap;
using sim::SimUser;

constexpr uint32_t kReadWrite = mm::kMemRead | mm::kMemWrite;
constexpr uint32_t kPromised = kReadWrite | mm::kMemGuaranteed;

class SwapOffPromiseStory : public testing::Test {
 protected:
  ~SwapOffPromiseStory() override {
    mm::check_machine(machine.manager);
    swap.finish();
    machine.scheduler.run();
  }
  VirtAddr alloc(SimUser& who, PageCount pages, uint32_t flags = kReadWrite) {
    return mm::vmm_alloc(who.space(), pages, VirtAddr{0}, flags).value();
  }
  static void write(SimUser& who, VirtAddr block, PageCount pages) {
    for (PageIndex i = 0; i < pages; ++i) {
      ASSERT_TRUE(who.write32(pages_after(block, i), i + 1)) << i;
    }
  }
  static void read(SimUser& who, VirtAddr block, PageCount pages) {
    for (PageIndex i = 0; i < pages; ++i) ASSERT_EQ(who.read32(pages_after(block, i)), i + 1) << i;
  }
  void evict(uint32_t pages) {
    swap.pageout.start(machine.frames.free_frames() + pages);
    swap.pageout.run_round();
    swap.pageout.start(8);
  }
  uint32_t free_frames() { return machine.frames.free_frames(); }

  SimMachine machine{{.frames = 512}};
  SimSwap swap{machine};
  SimUser user{machine}, other{machine};
};

// Promised pages on the device come in from below the floor, for others have taken the frames that
// were free for them: then the device is needed after all.
TEST_F(SwapOffPromiseStory, D3_a_promise_is_kept_when_others_take_the_frames_meanwhile) {
  VirtAddr block = alloc(user, 100, kPromised);
  write(user, block, 100);
  evict(100);
  ASSERT_EQ(swap.swapped_pages(), 100u);
  VirtAddr theirs = alloc(other, 90);
  const PageCount most = free_frames() - 120;
  VirtAddr later = alloc(user, most, kPromised);
  swap.device.latency = 0;
  {
    mm::SwapOff off(swap.pager);
    ASSERT_TRUE(off.begin());
    write(other, theirs, 90);
    read(user, block, 100);
    Result<bool> step = off.step();
    while (step && !*step) step = off.step();
    EXPECT_EQ(step.error(), Error::OutOfFrames);
  }
  EXPECT_TRUE(swap.pager.on());
  write(user, later, most);
  read(user, later, most);
  read(other, theirs, 90);
}

// Few pages can go at all: they are turned down less often than SwapOff is patient.
TEST_F(SwapOffPromiseStory, D3_nobody_ends_for_want_of_memory_while_the_device_is_there) {
  VirtAddr block = alloc(user, 20), theirs = alloc(other, 20);
  write(user, block, 20);
  std::vector<mm::OwnedFrame> taken;
  while (free_frames() > 12) {
    taken.push_back(machine.frames.allocate(mm::FrameUse::Driver).value());
  }
  {
    mm::SwapOff off(swap.pager);
    ASSERT_TRUE(off.begin());
    write(other, theirs, 20);
    EXPECT_EQ(off.step().error(), Error::OutOfFrames);
  }
  read(user, block, 20);
  read(other, theirs, 20);
}

}  // namespace
}  // namespace mobius
