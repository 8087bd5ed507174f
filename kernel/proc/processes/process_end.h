// How a process ends: asked to by itself, by a fault, by another; waited for by its parent.
#pragma once

#include "proc/processes/system.h"

namespace mobius::proc {

// Codes of the ends that are no exit.
inline constexpr int32_t kFaultedCode = 139;
inline constexpr int32_t kOutOfMemoryCode = 137;
inline constexpr int32_t kKilledCode = 143;

// From now on every thread of the process leaves as soon as it can. The first call decides how the
// process has ended; later ones change nothing. Never waits; may be called by an interrupt.
void begin_end(System& system, Process& process, proc_end end, int32_t code);

// The last thread's part, on its way out: closes handles, lets go of children and memory.
void finish_process(System& system, Process& process, int32_t status);

// For benchmarks: no frame is zeroed in idle time until stop_measuring(), or until the running
// process, the last that asked for it, has ended.
void start_measuring(System& system);
void stop_measuring(System& system);

// Ends the running thread's process.
[[noreturn]] void exit_process(System& system, int32_t status);

// Whether the running process may end that one: itself always; one that may do nothing that it may
// not itself, unless it is the init process; any with Privilege::Kill.
// Fails: NoSuchProcess (no such process), NotPermitted.
Result<void> may_kill(System& system, uint32_t pid);

// Fails: NoSuchProcess (no such process, or it has ended).
Result<void> kill_process(System& system, uint32_t pid);

// Waits for a child (pid 0: any) until `deadline_ns` and takes it away.
// Fails: NoChild, TimedOut, Interrupted.
Result<proc_status> wait_for_child(System& system, uint32_t pid, uint64_t deadline_ns);

inline WaitKey child_key(const Process& parent) { return {&parent, kEndWord}; }

// Says on the log how the init process ended and stops the machine.
[[noreturn]] void end_machine(System& system, const Process& init);

}  // namespace mobius::proc
