// Why an access was not allowed: the words of the report, for the person who reads it.
#include "mm/fault/fault.h"
#include "mm/space/address_space.h"

namespace mobius::mm {

namespace {

// How far below a stack's guard page a wild access still counts as an overflow of that stack.
constexpr uint32_t kOverflowReach = 64 * 1024;

FaultReason null_reason(PageFault fault, bool jump) {
  if (jump) return FaultReason::NullJump;
  return fault.access == FaultAccess::Write ? FaultReason::NullWrite : FaultReason::NullRead;
}

FaultReason reason_in_region(const Region& region, VirtAddr address) REQUIRES(memory_lock) {
  if (region.kind == RegionKind::Stack && region.access_at(address) == Access::None) {
    return FaultReason::StackOverflow;
  }
  if (region.access != Access::Read) return FaultReason::NoAccess;
  return region.code ? FaultReason::WriteToReadOnlyCode : FaultReason::WriteToReadOnlyData;
}

}  // namespace

FaultReason explain_fault(const AddressSpace& space, PageFault fault, bool jump) {
  if (fault.address.value < kUserBegin) return null_reason(fault, jump);
  if (fault.address.value >= kUserEnd) return FaultReason::KernelAddress;
  LockGuard guard(space.manager().lock);
  if (const Region* region = space.find(fault.address)) {
    return reason_in_region(*region, fault.address);
  }
  auto* above = space.regions.first_at_or_after(fault.address);
  if (above != nullptr && above->kind == RegionKind::Stack &&
      above->range.begin - fault.address <= kOverflowReach) {
    return FaultReason::StackOverflow;
  }
  return space.freed.contain(fault.address) ? FaultReason::FreedBlock : FaultReason::Unmapped;
}

std::string_view words_for(FaultReason reason) {
  switch (reason) {
    case FaultReason::NullRead: return "null pointer read";
    case FaultReason::NullWrite: return "null pointer write";
    case FaultReason::NullJump: return "null pointer jump";
    case FaultReason::KernelAddress: return "kernel address";
    case FaultReason::WriteToReadOnlyCode: return "write to read-only code";
    case FaultReason::WriteToReadOnlyData: return "write to read-only data";
    case FaultReason::NoAccess: return "no access";
    case FaultReason::StackOverflow: return "stack overflow";
    case FaultReason::FreedBlock: return "freed block";
    case FaultReason::Unmapped: return "unmapped";
  }
  __builtin_unreachable();
}

}  // namespace mobius::mm
