// Thr... and Futex...: the threads of the calling process.
#include "proc/processes/thread_life.h"
#include "proc/programs/user_copies.h"
#include "proc/threads/futex.h"
#include "syscall/calls.h"

namespace mobius::syscall::calls {

Result<uint32_t> ThrCreate(proc::System& system, Words a) {
  const proc::ThreadStart start{VirtAddr{a[0]}, a[1], a[2], a[3]};
  if (start.tls >= kUserEnd) return Failure(Error::BadArgument);
  return proc::start_user_thread(system, start);
}

Result<uint32_t> ThrExit(proc::System& system, Words a) { proc::end_thread(system, a[0]); }

Result<uint32_t> ThrJoin(proc::System& system, Words a) {
  const uint32_t status = TRY(proc::join_thread(system, a[0]));
  if (a[1] != 0) TRY(proc::copy_out(system.user, VirtAddr{a[1]}, status));
  return kTrue;
}

Result<uint32_t> ThrYield(proc::System& system, Words) {
  system.scheduler.yield();
  return kTrue;
}

Result<uint32_t> ThrSleep(proc::System& system, Words a) {
  const proc::WaitKey key{&system.thread(), proc::kSleepWord};
  const uint64_t deadline = deadline_in(system, wide(a));
  if (system.scheduler.wait_for(key, deadline) == proc::Wake::Interrupted) {
    return Failure(Error::Interrupted);
  }
  return kTrue;
}

Result<uint32_t> ThrSelf(proc::System& system, Words) { return system.thread().id; }

Result<uint32_t> ThrSetPriority(proc::System& system, Words a) {
  if (a[1] > proc::kMaxUserPriority) return Failure(Error::BadArgument);
  proc::Thread& thread = *TRY(proc::find_thread(system, a[0]));
  system.scheduler.set_priority(thread, static_cast<uint8_t>(a[1]));
  return kTrue;
}

Result<uint32_t> ThrSetTls(proc::System& system, Words a) {
  if (a[0] >= kUserEnd) return Failure(Error::BadArgument);
  system.user_mode.set_tls(*system.thread().context, a[0]);
  return kTrue;
}

Result<uint32_t> FutexWait(proc::System& system, Words a) {
  const uint64_t deadline = deadline_in(system, wide(a + 2));
  TRY(system.futexes.wait(system.process(), VirtAddr{a[0]}, a[1], deadline));
  return kTrue;
}

Result<uint32_t> FutexWake(proc::System& system, Words a) {
  return system.futexes.wake(system.process(), VirtAddr{a[0]}, a[1]);
}

}  // namespace mobius::syscall::calls
