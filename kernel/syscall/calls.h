// The handlers of the system calls: one function for each line of abi/syscalls.def, named like the
// call. What each call does is said at its declaration in abi/mobius.h and abi/vmm.h.
//
// A handler gets the call's stacked arguments as words, already copied; pointers among them are the
// program's word only. It returns EAX or the reason it failed; a BOOL call's success is 1.
#pragma once

#include "proc/processes/system.h"

namespace mobius::syscall {

using Words = const uint32_t*;
using Handler = Result<uint32_t> (*)(proc::System& system, Words a);

inline constexpr uint32_t kTrue = 1;

// A 64-bit argument: two words, the low one first.
inline uint64_t wide(Words a) { return a[0] | static_cast<uint64_t>(a[1]) << 32; }

// The moment `ns` from now; UINT64_MAX is never.
inline uint64_t deadline_in(proc::System& system, uint64_t ns) {
  const uint64_t now = ns == 0 ? 0 : system.clock.now_ns();
  return ns >= proc::kNever - now ? proc::kNever : now + ns;
}

// Fails: NotPermitted, where the running process has no such privilege.
inline Result<void> need(proc::System& system, proc::Privilege privilege) {
  if (!system.process().privileges.has(privilege)) return Failure(Error::NotPermitted);
  return {};
}

namespace calls {
#define SYSCALL(number, name, bytes, result) \
  Result<uint32_t> name(proc::System& system, Words a);
#include "abi/syscalls.def"
#undef SYSCALL
}  // namespace calls

}  // namespace mobius::syscall
