// Threads of a process: made, ended, joined.
#pragma once

#include "proc/processes/system.h"

namespace mobius::proc {

// A thread that does not run yet, with its kernel stack; gone unless released.
struct ThreadDeleter {
  System* system = nullptr;
  void operator()(Thread* thread) const;
};
using NewThread = std::unique_ptr<Thread, ThreadDeleter>;

// A thread of `process`; null: one of the kernel's own, which have FrameClass::Promised. It runs
// entry(argument), which never returns. Fails: OutOfFrames, TooManyRunning (kernel stacks of the
// machine).
Result<NewThread> make_thread(System& system, Process* process, void (*entry)(void*),
                              void* argument);

// Puts the thread among those of its process and starts it. Cannot fail.
Thread& add_thread(System& system, NewThread thread);

struct ThreadStart {
  VirtAddr entry;
  uint32_t argument;
  uint32_t stack_bytes;
  uint32_t tls;
};
// A new thread of the running process; its id. Fails: TooManyRunning, LimitReached,
// OutOfFrames, OutOfAddressSpace, BadAddress, Interrupted (the process is ending).
Result<uint32_t> start_user_thread(System& system, const ThreadStart& start);

// Sleeps until the thread has ended and takes its record away; its exit status.
// Fails: NoSuchProcess, BadArgument (the caller, or a thread being joined), Interrupted.
Result<uint32_t> join_thread(System& system, uint32_t id);

// The thread of that id in the running process (0: the running one). Fails: NoSuchProcess.
Result<Thread*> find_thread(System& system, uint32_t id);

// Ends the running thread; with the last one its process.
[[noreturn]] void end_thread(System& system, uint32_t status);

// What a user thread does first in the kernel, and last: it leaves where its process is ending.
[[noreturn]] void enter_user_mode(System& system);

// For the reaper.
void free_context(System& system, Thread& thread);
void forget_thread(System& system, Thread& thread);  // off its process's list, and freed
inline WaitKey join_key(const Thread& thread) { return {&thread, kEndWord}; }

}  // namespace mobius::proc
