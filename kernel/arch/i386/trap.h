// What the handlers of traps share.
#pragma once

#include "arch/i386/trap_frame.h"

namespace mobius::arch {

// Ends a process that has got into virtual 8086 mode (trap_frame.h), as a processor that does it
// right would have: there its IRET, popping a null CS, is a general protection fault.
[[noreturn]] void end_virtual_8086(const TrapFrame& frame);

}  // namespace mobius::arch
