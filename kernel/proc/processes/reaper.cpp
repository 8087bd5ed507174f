// The reaper: see reaper.h.
#include "proc/processes/reaper.h"

#include "proc/processes/process_end.h"
#include "proc/processes/system.h"
#include "proc/processes/thread_life.h"

namespace mobius::proc {

void Reaper::bury(Thread& thread, Process* last_of) {
  thread.last_of = last_of;
  dead_.push_back(thread);
  system_.scheduler.wake(&dead_);
}

void Reaper::run() {
  for (;;) {
    while (Thread* thread = dead_.pop_front()) {
      Process* process = thread->last_of;
      bury_thread(*thread);
      if (process != nullptr) bury_process(*process);
    }
    system_.scheduler.wait_unguarded(&dead_);
  }
}

void Reaper::bury_thread(Thread& thread) {
  free_context(system_, thread);
  thread.process->ended_cpu_ticks += thread.cpu_ticks;
  thread.joinable = true;
  system_.scheduler.wake_some(join_key(thread), UINT32_MAX);
}

void Reaper::bury_process(Process& process) {
  while (Thread* thread = process.threads.front()) forget_thread(system_, *thread);
  system_.processes.destroy_memory(process);
  process.zombie = true;
  if (process.pid == system_.init_pid) end_machine(system_, process);
  if (process.parent == nullptr) {
    system_.processes.remove(process);
  } else {
    system_.scheduler.wake_some(child_key(*process.parent), UINT32_MAX);
  }
}

}  // namespace mobius::proc
