// How a process ends: see process_end.h.
#include "proc/processes/process_end.h"

#include "base/text.h"
#include "proc/processes/thread_life.h"

namespace mobius::proc {

void begin_end(System& system, Process& process, proc_end end, int32_t code) {
  if (process.ending()) return;
  process.end = end;
  process.code = code;
  for (Thread& thread : process.threads) system.scheduler.doom(thread);
  if (process.space == nullptr) return;
  LockGuard guard(system.memory.lock);
  process.space->load.resume();
}

void finish_process(System& system, Process& process, int32_t status) {
  begin_end(system, process, PROC_EXITED, status);
  if (system.foreground_pid == process.pid) system.foreground_pid = 0;
  if (system.measuring_pid == process.pid) stop_measuring(system);
  process.handles.close_all();
  while (Process* child = process.children.front()) system.processes.orphan(*child);
  process.space->clear();
}

void start_measuring(System& system) {
  system.measuring_pid = system.process().pid;
  system.idle_loop.zero_frames(false);
}

void stop_measuring(System& system) {
  system.measuring_pid = 0;
  system.idle_loop.zero_frames(true);
}

void exit_process(System& system, int32_t status) {
  begin_end(system, system.process(), PROC_EXITED, status);
  end_thread(system, static_cast<uint32_t>(status));
}

Result<void> may_kill(System& system, uint32_t pid) {
  const Process& self = system.process();
  const Process* process = system.processes.find(pid);
  if (process == nullptr) return Failure(Error::NoSuchProcess);
  if (process == &self || self.privileges.has(Privilege::Kill)) return {};
  if (pid == system.init_pid) return Failure(Error::NotPermitted);
  return self.privileges.contain(process->privileges) ? Result<void>{}
                                                      : Failure(Error::NotPermitted);
}

Result<void> kill_process(System& system, uint32_t pid) {
  Process* process = system.processes.find(pid);
  if (process == nullptr || process->zombie) return Failure(Error::NoSuchProcess);
  begin_end(system, *process, PROC_KILLED, kKilledCode);
  return {};
}

void kill_foreground(System& system) {
  if (system.foreground_pid != 0) (void)kill_process(system, system.foreground_pid);
}

namespace {

// A child of `parent` that fits `pid`: a zombie if there is one, else any.
Process* find_child(Process& parent, uint32_t pid) {
  Process* running = nullptr;
  for (Process& child : parent.children) {
    if (pid != 0 && child.pid != pid) continue;
    if (child.zombie) return &child;
    running = &child;
  }
  return running;
}

}  // namespace

Result<proc_status> wait_for_child(System& system, uint32_t pid, uint64_t deadline_ns) {
  Process& self = system.process();
  Wake wake = Wake::Woken;
  for (;;) {
    Process* child = find_child(self, pid);
    if (child == nullptr) return Failure(Error::NoChild);
    if (child->zombie) {
      proc_status status{};
      status.pid = child->pid;
      status.end = child->end;
      status.code = child->code;
      status.cpu_ns = system.clock.ticks_to_ns(child->ended_cpu_ticks);
      system.processes.remove(*child);
      return status;
    }
    if (wake == Wake::TimedOut || deadline_ns == 0) return Failure(Error::TimedOut);
    if (wake == Wake::Interrupted) return Failure(Error::Interrupted);
    wake = system.scheduler.wait_for(child_key(self), deadline_ns);
  }
}

void end_machine(System& system, const Process& init) {
  TextBuffer<160> verdict;
  switch (init.end) {
    case PROC_FAULTED:
      verdict.add("fault: ").add(init.fault.reason).add(" at ").add_hex(init.fault.address);
      verdict.add(" eip ").add_hex(init.fault.instruction);
      break;
    case PROC_OUT_OF_MEMORY:
      verdict.add("out of memory");
      break;
    case PROC_KILLED:
      verdict.add("killed");
      break;
    case PROC_RUNNING:
    case PROC_EXITED:
      verdict.add("exit ").add_decimal(init.code);
      break;
  }
  system.machine.end(verdict.text(), init.end == PROC_EXITED ? After::PowerOff : After::StayOn);
}

}  // namespace mobius::proc
