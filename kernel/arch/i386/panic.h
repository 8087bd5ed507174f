// Panic: the kernel has found itself in a state it cannot be in.
//
// Text, registers and a backtrace with names go to the kernel log and the VGA text screen; the
// log's last line is the verdict `mobius: panic: TEXT`. Nothing here allocates or takes a lock.
#pragma once

#include <string_view>

#include "arch/i386/trap_frame.h"
#include "mm/fault/fault.h"

namespace mobius::arch {

[[noreturn]] void panic(std::string_view text);
[[noreturn]] void panic(std::string_view text, const TrapFrame& frame);
// A page fault of the kernel that is not its user's doing.
[[noreturn]] void panic_page_fault(const TrapFrame& frame, mm::PageFault fault);

}  // namespace mobius::arch
