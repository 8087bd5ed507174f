// The futex calls: see futex.h.
#include "proc/futex.h"

#include "proc/user_memory.h"

namespace mobius::proc {
namespace {

WaitKey futex_key(System& system, VirtAddr word) {
  // Kernel waits on a process use odd words, which no futex has.
  return {&system.process(), word.value};
}

}  // namespace

Result<void> futex_wait(System& system, VirtAddr word, uint32_t expected, uint64_t deadline_ns) {
  if (word.value % 4 != 0) return Failure(Error::BadArgument);
  // The copy may sleep, but nothing does between its end and the wait: no wake-up is lost.
  if (TRY(copy_in<uint32_t>(system.cpu, word)) != expected) return Failure(Error::WouldBlock);
  if (deadline_ns <= system.cpu.now_ns()) return Failure(Error::TimedOut);
  switch (system.scheduler.wait_for(futex_key(system, word), deadline_ns)) {
    case Wake::Woken: return {};
    case Wake::TimedOut: return Failure(Error::TimedOut);
    case Wake::Interrupted: return Failure(Error::Interrupted);
  }
  __builtin_unreachable();
}

Result<uint32_t> futex_wake(System& system, VirtAddr word, uint32_t count) {
  if (word.value % 4 != 0) return Failure(Error::BadArgument);
  TRY(copy_in<uint32_t>(system.cpu, word));  // an address nobody can sleep on is an error
  return system.scheduler.wake_some(futex_key(system, word), count);
}

}  // namespace mobius::proc
