// Thread: one flow of control with its own kernel stack.
//
// A user thread belongs to a process and is on that process's list until it is joined or the
// process goes; kernel threads belong to none. What a thread does while it is being killed: it ends
// at its next way back to user mode, or at once where it waits interruptibly; a wait for I/O is
// never cut short (requirement D1).
#pragma once

#include "mm/frames/frame_allocator.h"
#include "proc/ports/cpu.h"
#include "proc/threads/queues.h"

namespace mobius::proc {

class Process;

enum class ThreadState : uint8_t { Ready, Running, Waiting, Ended };

// How a wait ended.
enum class Wake : uint8_t { Woken, TimedOut, Interrupted };

enum class Interruptible : uint8_t { No, Yes };

struct SiblingThreadTag;
struct DeadTag;

// No lock for its fields: they change where no thread switches (processes/system.h).
struct Thread : QueuedThread, Link<SiblingThreadTag>, Link<DeadTag> {
  CpuContext* context = nullptr;  // null once it has ended and is buried
  uint32_t id = 0;
  Process* process = nullptr;  // null in kernel threads
  ThreadState state = ThreadState::Ready;
  // Of its requests for frames: Promised for the kernel's threads and the shell's.
  mm::FrameClass frame_class = mm::FrameClass::Promised;
  Interruptible interruptible = Interruptible::No;  // of the wait it is in
  Wake woken_by = Wake::Woken;
  bool doomed = false;    // its process is ending: it leaves at the next way out of the kernel
  bool joinable = false;      // it has ended and nothing of it is left but this record
  bool being_joined = false;  // a joiner is waiting for it
  uint64_t cpu_ticks = 0;  // time stamp counter ticks it has run

  uint32_t exit_status = 0;
  Process* last_of = nullptr;  // for the reaper: the process that ends with this thread
  VirtRange user_stack{};
  VirtAddr start_at{};  // where user mode begins
  VirtAddr start_stack{};
  uint32_t start_tls = 0;
};

}  // namespace mobius::proc
