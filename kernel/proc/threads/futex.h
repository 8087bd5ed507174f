// Futexes: threads sleep while a word of user memory has a value, others wake those who sleep on
// it. Private to a process: the key is the process and the word's address.
#pragma once

#include "proc/ports/user_memory.h"
#include "proc/threads/scheduler.h"

namespace mobius::proc {

class Futexes {
 public:
  Futexes(Scheduler& scheduler, UserMemory& user, CpuClock& clock)
      : scheduler_(scheduler), user_(user), clock_(clock) {}
  Futexes(const Futexes&) = delete;

  // Both for the running thread; `process` is its own.
  // Fails: BadArgument (not 4-aligned), BadAddress, WouldBlock (the word differs), TimedOut,
  // Interrupted, IoError, OutOfFrames.
  Result<void> wait(const Process& process, VirtAddr word, uint32_t expected,
                    uint64_t deadline_ns);
  // How many were woken. Fails: BadArgument, BadAddress, IoError, OutOfFrames.
  Result<uint32_t> wake(const Process& process, VirtAddr word, uint32_t count);

 private:
  Result<uint32_t> read(VirtAddr word);

  // No state to lock: who sleeps on a word is on the scheduler's queues (scheduler.h).
  Scheduler& scheduler_;
  UserMemory& user_;
  CpuClock& clock_;
};

}  // namespace mobius::proc
