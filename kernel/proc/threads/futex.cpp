// The futex calls: see futex.h.
#include "proc/threads/futex.h"

namespace mobius::proc {
namespace {

// Kernel waits on a process use odd words, which no futex has.
WaitKey futex_key(const Process& process, VirtAddr word) { return {&process, word.value}; }

}  // namespace

Result<uint32_t> Futexes::read(VirtAddr word) {
  if (word.value % 4 != 0) return Failure(Error::BadArgument);
  uint32_t value = 0;
  TRY(user_.read(&value, word, sizeof value));
  return value;
}

Result<void> Futexes::wait(const Process& process, VirtAddr word, uint32_t expected,
                           uint64_t deadline_ns) {
  // The copy may sleep, but nothing does between its end and the wait: no wake-up is lost.
  if (TRY(read(word)) != expected) return Failure(Error::WouldBlock);
  if (deadline_ns <= clock_.now_ns()) return Failure(Error::TimedOut);
  switch (scheduler_.wait_for(futex_key(process, word), deadline_ns)) {
    case Wake::Woken: return {};
    case Wake::TimedOut: return Failure(Error::TimedOut);
    case Wake::Interrupted: return Failure(Error::Interrupted);
  }
  __builtin_unreachable();
}

Result<uint32_t> Futexes::wake(const Process& process, VirtAddr word, uint32_t count) {
  TRY(read(word));  // an address that no thread can sleep on is an error
  return scheduler_.wake_some(futex_key(process, word), count);
}

}  // namespace mobius::proc
