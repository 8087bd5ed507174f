// dispatch(): int 0x30 and SYSENTER arrive here. The number finds the call in a dense table made
// from abi/syscalls.def, the stacked arguments are copied in once, and the call's handler gets
// them; its result becomes EAX and ECX.
#pragma once

#include "base/result.h"
#include "base/units.h"
#include "proc/processes/kernel_entry.h"

namespace mobius::syscall {

// `arguments`: where the caller says its `bytes` bytes of stacked arguments are; not trusted.
// Runs on the calling thread's kernel stack and may sleep. Requires: the system has started.
proc::CallResult dispatch(uint32_t number, VirtAddr arguments, uint32_t bytes);

// The errno of an Error, for programs: the only place where one becomes the other. Where
// POSIX has a call of that kind, the value is what it names for the reason:
//
//   ENOMEM        the memory calls: no frame, no gap, a limit of the process (S1)
//   EAGAIN        posix_spawn, pthread_create: too many processes, children, threads; a futex whose
//                 word differs
//   EMFILE        open: too many handles
//   E2BIG         posix_spawn: arguments and environment     ENOEXEC  a file that is no EXE
//   EACCES        posix_spawn: a directory                   ENOSYS   an EXE of a kind not built
//   ENAMETOOLONG  a path, or a name in it                    ENOTDIR  below a file
//   EROFS, EISDIR open: to write a file, a directory         ENOENT   no such name
//   EBADF         no such handle, or not for that            ESRCH    no such process or thread
//   EINVAL        sizes, flags, addresses no call takes      EFAULT   memory that is not one's own
uint32_t errno_of(Error error);

}  // namespace mobius::syscall
