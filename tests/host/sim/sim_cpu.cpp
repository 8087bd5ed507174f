// Memory accesses of simulated programs (sim_cpu.h).
#include "sim/sim_cpu.h"

#include <algorithm>

namespace mobius::sim {

namespace {
// An access that faults this often in a row makes no progress: the kernel is wrong.
constexpr unsigned kMaxFaults = 1000;
}  // namespace

// At most two pages: the operand of one instruction.
SimCpu::Outcome<> SimCpu::access(SimProcess& process, VirtAddr a, std::span<std::byte> bytes,
                                 MemoryAccess access) {
  KASSERT(bytes.size() <= 8);
  const uint32_t in_first =
      std::min<uint32_t>(static_cast<uint32_t>(bytes.size()), kPageSize - a.page_offset());
  for (unsigned faults = 0; faults < kMaxFaults; ++faults) {
    if (before_access) before_access();
    if (mmu_.cr3() != process.directory) mmu_.load_cr3(process.directory);
    const auto first = mmu_.translate(a, access, who_);
    const auto second = in_first == bytes.size() || !first
                            ? first
                            : mmu_.translate(a + in_first, access, who_);
    if (!first || !second) {
      const auto resolved = resolve(process, first ? second.error() : first.error());
      if (!resolved) return resolved;
      continue;
    }
    for (uint32_t i = 0; i < bytes.size(); ++i) {
      const auto at = static_cast<uint64_t>(i < in_first ? *first : *second);
      const uint32_t offset = i < in_first ? i : i - in_first;
      std::byte* const p = memory_.hardware(frame_of(PhysAddr{at})) + at % kPageSize + offset;
      if (access == MemoryAccess::Write) *p = bytes[i];
      if (access == MemoryAccess::Read) bytes[i] = *p;
    }
    return {};
  }
  assert_failed("the same access faults for ever", __FILE_NAME__, __LINE__);
}

SimCpu::Outcome<> SimCpu::resolve(SimProcess& process, const SimPageFault& fault) {
  ++process.faults;
  // The kernel never sets a reserved bit; it would be its own panic, not a process's fault.
  KASSERT((fault.error_code & kErrorReserved) == 0);
  const mm::FaultOutcome outcome = process.resolve_fault(
      {fault.address, (fault.error_code & kErrorWrite) != 0 ? mm::FaultAccess::Write
                                                            : mm::FaultAccess::Read});
  if (outcome == mm::FaultOutcome::Resolved) return {};
  return std::unexpected(outcome);
}

SimCpu::Outcome<uint8_t> SimCpu::read8(SimProcess& process, VirtAddr a) {
  uint8_t value = 0;
  const auto done = access(process, a, std::as_writable_bytes(std::span(&value, 1)),
                           MemoryAccess::Read);
  if (!done) return std::unexpected(done.error());
  return value;
}

SimCpu::Outcome<uint32_t> SimCpu::read32(SimProcess& process, VirtAddr a) {
  uint32_t value = 0;
  const auto done = access(process, a, std::as_writable_bytes(std::span(&value, 1)),
                           MemoryAccess::Read);
  if (!done) return std::unexpected(done.error());
  return value;
}

SimCpu::Outcome<> SimCpu::write8(SimProcess& process, VirtAddr a, uint8_t value) {
  return access(process, a, std::as_writable_bytes(std::span(&value, 1)), MemoryAccess::Write);
}

SimCpu::Outcome<> SimCpu::write32(SimProcess& process, VirtAddr a, uint32_t value) {
  return access(process, a, std::as_writable_bytes(std::span(&value, 1)), MemoryAccess::Write);
}

SimCpu::Outcome<> SimCpu::read(SimProcess& process, VirtAddr from, std::span<std::byte> to) {
  for (std::byte& b : to) {
    const auto done = access(process, from, std::span(&b, 1), MemoryAccess::Read);
    if (!done) return done;
    from = from + 1;
  }
  return {};
}

SimCpu::Outcome<> SimCpu::write(SimProcess& process, VirtAddr to,
                                std::span<const std::byte> from) {
  for (std::byte b : from) {
    const auto done = access(process, to, std::span(&b, 1), MemoryAccess::Write);
    if (!done) return done;
    to = to + 1;
  }
  return {};
}

}  // namespace mobius::sim
