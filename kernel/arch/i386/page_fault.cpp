// Steps 1, 2 and 6 of a page fault (mm/fault/fault.h has the story): from CR2 and the error code
// to mm::PageFault, and from the outcome to what happens next.
#include "arch/i386/panic.h"
#include "arch/i386/registers.h"
#include "arch/i386/trap.h"
#include "arch/i386/user_copy.h"
#include "mm/fault/fault.h"
#include "proc/processes/kernel_entry.h"

namespace mobius::arch {

namespace {

using mm::FaultAccess;
using mm::FaultOutcome;

// Bits of the error code (SDM Vol. 3A, figure 4-12).
constexpr unsigned kWriteShift = 1;
constexpr uint32_t kReservedBit = 1u << 3;
static_assert(FaultAccess{0} == FaultAccess::Read && FaultAccess{1} == FaultAccess::Write);

mm::PageFault fault_of(const TrapFrame& frame, uint32_t cr2) {
  return {{cr2}, static_cast<FaultAccess>((frame.error >> kWriteShift) & 1)};
}

// The end of a process whose access cannot be made possible.
[[gnu::noinline, noreturn]] void end_process(const TrapFrame& frame, uint32_t cr2,
                                             FaultOutcome outcome) {
  const mm::PageFault fault = fault_of(frame, cr2);
  RegisterText text;
  const proc::UserState user = frame.user_registers().state(text);
  if (outcome == FaultOutcome::OutOfMemory) proc::end_process_out_of_memory(fault.address, user);
  if (outcome == FaultOutcome::IoError)
    proc::end_process_by_fault("read error", fault.address, user, &fault);
  bool jump = frame.eip == cr2;
  mm::FaultReason reason = mm::explain_fault(*proc::current_space(), fault, jump);
  proc::end_process_by_fault(mm::words_for(reason), fault.address, user, &fault);
}

// The kernel touches user memory only in copies. There a fault is the caller's business: resolved,
// or the copy ends with the reason. Any other fault is the kernel's own.
[[gnu::noinline]] void kernel_fault(TrapFrame& frame, uint32_t cr2) {
  const mm::PageFault fault = fault_of(frame, cr2);
  if (frame.from_virtual_8086()) end_virtual_8086(frame);
  mm::AddressSpace* space = proc::current_space();
  if ((frame.error & kReservedBit) != 0 || !is_user_copy(frame) || cr2 >= kUserEnd ||
      space == nullptr)
    panic_page_fault(frame, fault);
  switch (mm::resolve_fault(*space, fault)) {
    case FaultOutcome::Resolved:
      return;
    case FaultOutcome::NotAllowed:
      return fail_user_copy(frame, Error::BadAddress);
    case FaultOutcome::OutOfMemory:
      return fail_user_copy(frame, Error::OutOfFrames);
    case FaultOutcome::IoError:
      return fail_user_copy(frame, Error::IoError);
  }
}

}  // namespace

extern "C" void page_fault(TrapFrame& frame) {
  const uint32_t cr2 = read_cr2();
  if ((frame.cs & 3) == 0 || (frame.error & kReservedBit) != 0) [[unlikely]]
    return kernel_fault(frame, cr2);
  FaultOutcome outcome = mm::resolve_fault(*proc::current_space(), fault_of(frame, cr2));
  if (outcome != FaultOutcome::Resolved) [[unlikely]] end_process(frame, cr2, outcome);
}

}  // namespace mobius::arch
