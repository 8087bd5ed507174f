// Steps 1, 2 and 6 of a page fault (the story is in mm/fault.h): from CR2 and the error code to
// mm::PageFault, and from the outcome to what happens next.
#include "arch/i386/panic.h"
#include "arch/i386/registers.h"
#include "arch/i386/trap_frame.h"
#include "arch/i386/user_copy.h"
#include "mm/fault.h"

namespace mobius::arch {

namespace {

// Bits of the error code (SDM Vol. 3A, figure 4-12).
constexpr uint32_t kWrite = 1u << 1, kReservedBit = 1u << 3;

// The kernel touches user memory only in copies. There a fault is the caller's business: resolved,
// or the copy ends with the reason. Any other fault is the kernel's own.
void kernel_fault(TrapFrame& frame, mm::PageFault fault) {
  mm::AddressSpace* space = proc::current_space();
  if (!is_user_copy(frame) || fault.address.value >= kUserEnd || space == nullptr)
    panic_page_fault(frame, fault);
  switch (mm::resolve_fault(*space, fault)) {
    case mm::FaultOutcome::Resolved:
      return;
    case mm::FaultOutcome::NotAllowed:
      return fail_user_copy(frame, Error::BadAddress);
    case mm::FaultOutcome::OutOfMemory:
      return fail_user_copy(frame, Error::OutOfFrames);
    case mm::FaultOutcome::IoError:
      return fail_user_copy(frame, Error::IoError);
  }
}

[[noreturn]] void end_by(std::string_view reason, const TrapFrame& frame, mm::PageFault fault) {
  proc::end_process_by_fault(reason, fault.address, frame.user_registers(), &fault);
}

}  // namespace

extern "C" void page_fault(TrapFrame& frame) {
  const mm::PageFault fault{
      {read_cr2()}, (frame.error & kWrite) != 0 ? mm::FaultAccess::Write : mm::FaultAccess::Read};
  if ((frame.error & kReservedBit) != 0) [[unlikely]] panic_page_fault(frame, fault);
  if (!frame.from_user()) [[unlikely]] return kernel_fault(frame, fault);
  mm::AddressSpace& space = *proc::current_space();
  switch (mm::resolve_fault(space, fault)) {
    case mm::FaultOutcome::Resolved:
      return;
    case mm::FaultOutcome::NotAllowed: {
      bool jump = frame.eip == fault.address.value;
      end_by(mm::words_for(mm::explain_fault(space, fault, jump)), frame, fault);
    }
    case mm::FaultOutcome::OutOfMemory:
      proc::end_process_out_of_memory(fault.address, frame.user_registers());
    case mm::FaultOutcome::IoError:
      end_by("read error", frame, fault);
  }
}

}  // namespace mobius::arch
