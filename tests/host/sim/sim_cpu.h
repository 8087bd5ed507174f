// SimCpu: runs memory accesses of user code, and the kernel's own on user memory, as a processor
// does: translate, on a fault ask the kernel, then repeat the whole access.
#pragma once

#include <functional>
#include <span>

#include "mm/fault/fault.h"
#include "sim/sim_mmu.h"

namespace mobius::sim {

// What the processor needs of the process that runs: its directory, and whom to tell of faults.
struct SimProcess {
  FrameNumber directory;
  std::function<mm::FaultOutcome(mm::PageFault)> resolve_fault;
  uint64_t faults = 0;  // of this process, resolved or not
};

class SimCpu {
 public:
  template <typename T = void>
  using Outcome = std::expected<T, mm::FaultOutcome>;  // never Resolved

  SimCpu(SimFrameMemory& memory, SimMmu& mmu) : memory_(memory), mmu_(mmu) {}

  // User accesses. What the fault handler does not resolve is the unexpected value: the process
  // would end. An access may cross a page border; then both pages are there before it happens.
  Outcome<uint8_t> read8(SimProcess& process, VirtAddr a);
  Outcome<uint32_t> read32(SimProcess& process, VirtAddr a);
  Outcome<> write8(SimProcess& process, VirtAddr a, uint8_t value);
  Outcome<> write32(SimProcess& process, VirtAddr a, uint32_t value);
  // Byte by byte, as a string instruction does: what precedes a fault has happened.
  Outcome<> read(SimProcess& process, VirtAddr from, std::span<std::byte> to);
  Outcome<> write(SimProcess& process, VirtAddr to, std::span<const std::byte> from);

  // The kernel's privilege instead of the user's for the accesses that follow.
  void set_privilege(Privilege who) { who_ = who; }

  SimMmu& mmu() { return mmu_; }
  // Runs before every translation: a test may switch fibers or take entries away here.
  std::function<void()> before_access;

 private:
  Outcome<> access(SimProcess& process, VirtAddr a, std::span<std::byte> bytes,
                   MemoryAccess access);
  Outcome<> resolve(SimProcess& process, const SimPageFault& fault);
  SimFrameMemory& memory_;
  SimMmu& mmu_;
  Privilege who_ = Privilege::User;
};

}  // namespace mobius::sim
