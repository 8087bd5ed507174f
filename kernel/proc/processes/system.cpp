// The start of the process layer, and what arch/i386 asks of it on each way through the kernel.
#include "proc/processes/system.h"

#include "proc/processes/init_process.h"
#include "proc/processes/kernel_entry.h"
#include "proc/processes/thread_life.h"

namespace mobius::proc {

// Kept by its name for the debugger (scripts/gdb), which finds everything from here.
[[gnu::externally_visible, gnu::used]] extern System* running_system;
System* running_system = nullptr;

namespace {

void first_thread(void* argument) {
  System& system = *static_cast<System*>(argument);
  start_init_process(system);
  system.reaper.run();
}

}  // namespace

System& the_system() { return *running_system; }

void start_system(System& system) {
  running_system = &system;
  auto first = make_thread(system, nullptr, first_thread, &system);
  if (!first) system.machine.end("panic: no memory for the first thread");
  Thread& thread = *first->release();
  thread.priority = kKernelPriority;
  system.scheduler.make_ready(thread);
  system.idle_loop.run();
}

mm::AddressSpace* current_space() {
  if (running_system == nullptr) return nullptr;
  Process* process = running_system->thread().process;
  return process == nullptr ? nullptr : process->space.get();
}

void before_user_return() {
  System& system = the_system();
  system.scheduler.reschedule();
  if (system.thread().doomed) end_thread(system, 0);
}

void timer_tick() {
  if (running_system != nullptr) running_system->scheduler.timer_tick();
}

}  // namespace mobius::proc
