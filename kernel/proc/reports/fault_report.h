// The end of a process by an exception that cannot be made good: its report, on the kernel log, and
// the end itself.
#pragma once

#include <string_view>

#include "base/units.h"
#include "mm/fault/fault.h"

namespace mobius::proc {

// Where a program was at an exception.
struct UserState {
  VirtAddr instruction;
  VirtAddr frame;  // of its function: the caller's frame, then the return address
  std::string_view registers;  // the architecture's text: whole lines
};

// Ends the running thread's process: prints the report and never returns. `reason` is the verdict's
// REASON; `address` is the page fault's, else the instruction's.
[[noreturn]] void end_process_by_fault(std::string_view reason, VirtAddr address,
                                       const UserState& user, const mm::PageFault* fault);
[[noreturn]] void end_process_out_of_memory(VirtAddr address, const UserState& user);

}  // namespace mobius::proc
