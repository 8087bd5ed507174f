// User memory by the simulated MMU (sim_user_side.h).
#include "sim/sim_user_side.h"

#include <algorithm>
#include <cstring>

#include "base/lock.h"
#include "proc/processes/kernel_entry.h"
#include "proc/reports/fault_report.h"
#include "proc/threads/user_return.h"

namespace mobius::sim {

namespace {

constexpr unsigned kMaxFaults = 1000;  // in a row, of one access: the kernel is wrong

mm::PageFault fault_of(const SimPageFault& fault) {
  KASSERT((fault.error_code & kErrorReserved) == 0);
  return {fault.address, (fault.error_code & kErrorWrite) != 0 ? mm::FaultAccess::Write
                                                               : mm::FaultAccess::Read};
}

Error error_of(mm::FaultOutcome outcome) {
  switch (outcome) {
    case mm::FaultOutcome::OutOfMemory: return Error::OutOfFrames;
    case mm::FaultOutcome::IoError: return Error::IoError;
    case mm::FaultOutcome::NotAllowed:
    case mm::FaultOutcome::Resolved: break;
  }
  return Error::BadAddress;
}

// As arch/i386/page_fault.cpp ends a process.
[[noreturn]] void end_process(const mm::PageFault& fault, mm::FaultOutcome outcome) {
  const proc::UserState user{};
  if (outcome == mm::FaultOutcome::OutOfMemory) {
    proc::end_process_out_of_memory(fault.address, user);
  }
  if (outcome == mm::FaultOutcome::IoError) {
    proc::end_process_by_fault("read error", fault.address, user, &fault);
  }
  const mm::FaultReason reason = mm::explain_fault(*proc::current_space(), fault, false);
  proc::end_process_by_fault(mm::words_for(reason), fault.address, user, &fault);
}

}  // namespace

void SimUserSide::return_to_user() {
  while (proc::user_return_work != 0) proc::before_user_return();
}

// The byte an access of user code reaches.
std::byte* SimUserSide::user_byte(VirtAddr a, MemoryAccess access) {
  for (unsigned faults = 0; faults < kMaxFaults; ++faults) {
    const auto at = machine_.mmu.translate(a, access, Privilege::User);
    if (at) return machine_.memory.hardware(frame_of(*at)) + a.page_offset();
    const mm::PageFault fault = fault_of(at.error());
    const mm::FaultOutcome outcome = mm::resolve_fault(*proc::current_space(), fault);
    if (outcome != mm::FaultOutcome::Resolved) end_process(fault, outcome);
    return_to_user();
  }
  assert_failed("the same access faults for ever", __FILE_NAME__, __LINE__);
}

uint8_t SimUserSide::load(VirtAddr from) {
  return static_cast<uint8_t>(*user_byte(from, MemoryAccess::Read));
}

void SimUserSide::store(VirtAddr to, uint8_t value) {
  *user_byte(to, MemoryAccess::Write) = static_cast<std::byte>(value);
}

Result<proc::UserMap*> SimUserSide::create(mm::FrameClass who) {
  return TRY(machine_.create_map(who)).release();
}

void SimUserSide::destroy(proc::UserMap& map) {
  auto& tables = static_cast<paging::PageTables&>(map);
  if (machine_.mmu.cr3() == tables.directory()) machine_.leave_map();
  machine_.heap.destroy(&tables);
}

// Page by page; what precedes a page that cannot be reached has been copied.
Result<void> SimUserSide::copy(VirtAddr user, std::byte* kernel, uint32_t bytes,
                                MemoryAccess access) {
  if (bytes == 0) return {};
  if (user.value < kUserBegin || user.value >= kUserEnd || bytes > kUserEnd - user.value) {
    return Failure(Error::BadAddress);
  }
  Lock::assert_no_lock_held();
  for (unsigned faults = 0; bytes > 0 && faults < kMaxFaults;) {
    const auto at = machine_.mmu.translate(user, access, Privilege::Supervisor);
    if (!at) {
      ++faults;
      const auto outcome = mm::resolve_fault(*proc::current_space(), fault_of(at.error()));
      if (outcome != mm::FaultOutcome::Resolved) return Failure(error_of(outcome));
      continue;
    }
    const uint32_t step = std::min(bytes, kPageSize - user.page_offset());
    std::byte* const there = machine_.memory.hardware(frame_of(*at)) + user.page_offset();
    std::memcpy(access == MemoryAccess::Write ? there : kernel,
                access == MemoryAccess::Write ? kernel : there, step);
    user = user + step;
    kernel += step;
    bytes -= step;
    faults = 0;
  }
  KASSERT(bytes == 0);
  return {};
}

Result<void> SimUserSide::read(void* to, VirtAddr from, uint32_t bytes) {
  return copy(from, static_cast<std::byte*>(to), bytes, MemoryAccess::Read);
}

Result<void> SimUserSide::write(VirtAddr to, const void* from, uint32_t bytes) {
  return copy(to, static_cast<std::byte*>(const_cast<void*>(from)), bytes, MemoryAccess::Write);
}

}  // namespace mobius::sim
