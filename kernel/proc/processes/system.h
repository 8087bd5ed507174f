// System: the process layer as a whole, and the one entry by which main.cpp starts it.
#pragma once

#include "proc/handles/file.h"
#include "proc/ports/machine.h"
#include "proc/ports/processor.h"
#include "proc/ports/terminal.h"
#include "proc/ports/volume.h"
#include "proc/processes/process_table.h"
#include "proc/handles/area.h"
#include "proc/processes/reaper.h"
#include "proc/programs/programs.h"
#include "proc/threads/futex.h"
#include "proc/threads/idle_loop.h"

namespace mobius::proc {

// What main.cpp wires; all of it outlives the system.
struct Environment : Processor {
  mm::MemoryManager& memory;  // its `waiting` is `scheduler`
  Scheduler& scheduler;
  Machine& machine;
  Volume& volume;
  Terminal& terminal;
  loader::ExeLoader& loader;
};

// Locks: what proc/ holds has none. Threads switch only where they wait and on the way to user mode
// (threads/scheduler.h), so whatever happens between two such places happens at once. What was
// found before a wait must be kept by a reference, or looked up again, after it. More processors
// would need a lock here, below all ranks of lock.h.
struct System : Environment {
  explicit System(const Environment& outside)
      : Environment(outside),
        processes(maps, memory),
        programs(memory.heap, volume, loader),
        reaper(*this),
        console(terminal, scheduler, memory.memory),
        futexes(scheduler, user, clock),
        idle_loop(scheduler, cpu, memory.frames) {}
  System(const System&) = delete;

  ProcessTable processes;
  Programs programs;
  Reaper reaper;
  ConsoleFile console;
  AreaNames areas;
  Futexes futexes;
  IdleLoop idle_loop;
  uint32_t init_pid = 0;
  uint32_t foreground_pid = 0;  // the process Ctrl-C kills; 0: none
  uint32_t measuring_pid = 0;   // for whom start_measuring() is in force; 0: it is not
  uint32_t next_thread_id = 1;

  Thread& thread() const { return scheduler.current(); }
  // The running thread's process. Requires: it is a user thread.
  Process& process() const { return *scheduler.current().process; }
};

// The one that start_system() was given. Requires: started.
System& the_system();

// Starts the reaper and the thread that mounts the volume and spawns the init process, then becomes
// the idle loop. Called once, on the boot stack, interrupts off, all drivers ready.
[[noreturn]] void start_system(System& system);

// Ctrl-C: kills the foreground process. For the console; may be called by an interrupt.
void kill_foreground(System& system);

}  // namespace mobius::proc
