// Parts of the manager that are put together wrongly say so by name (docs/porting.md has the
// order).
#include <gtest/gtest.h>

#include "mm/paging/frame_wait.h"
#include "mm/paging/paging.h"
#include "mm/replacement/registry.h"
#include "sim/sim_machine.h"
#include "sim/sim_page_device.h"

namespace mobius {
namespace {

class Unaligned final : public mm::FrameMemory {
 public:
  explicit Unaligned(std::byte* bytes) : FrameMemory(bytes, FrameNumber{1}) {}

 private:
  std::byte* open_window(unsigned, FrameNumber f) override { return direct(f); }
};

TEST(Wiring, RamThatIsNotOnAPageBoundary) {
  alignas(kPageSize) static std::byte ram[2 * kPageSize];
  EXPECT_DEATH(Unaligned{ram + 16}, "the direct map begins on a page boundary");
}

TEST(Wiring, SwapOnWithoutAPageOut) {
  sim::SimMachine machine;
  sim::SimPageDevice device(machine.memory, machine.scheduler, 256, 1);
  mm::SwapPager pager(machine.manager);
  EXPECT_DEATH((void)pager.swap_on(device), "a Paging is made before swap_on");
}

TEST(Wiring, APageOutThatWasNotStarted) {
  sim::SimMachine machine;
  alignas(mm::kPolicyAlignment) std::byte storage[mm::kPolicyStorage];
  mm::SwapPager pager(machine.manager);
  mm::Paging paging(machine.manager, *mm::make_policy("clock", storage), pager);
  EXPECT_DEATH(paging.daemon.run_round(), "start.. has been called");
  EXPECT_DEATH((void)mm::FrameWait(machine.manager).for_frames(), "start.. has been called");
}

}  // namespace
}  // namespace mobius
