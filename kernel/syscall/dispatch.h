// dispatch(): int 0x30 and SYSENTER arrive here. The number finds the call in a dense table made
// from abi/syscalls.def, the stacked arguments are copied in once, and the call's handler gets
// them; what it returns becomes EAX and ECX.
#pragma once

#include "base/result.h"
#include "proc/user_exception.h"

namespace mobius::syscall {

// `arguments`: where the caller says its `bytes` bytes of stacked arguments are; not trusted.
// Runs on the calling thread's kernel stack and may sleep. Requires: the system has started.
proc::CallResult dispatch(uint32_t number, VirtAddr arguments, uint32_t bytes);

// What a reason is called outside the kernel: the only place where an Error becomes an errno.
uint32_t errno_of(Error error);

}  // namespace mobius::syscall
