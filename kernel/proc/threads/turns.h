// Turns: whose turn it is. Round robin within a priority, the highest priority first. Pure, as the
// queues are.
//
// A turn begins where a thread becomes ready, yields or has used up its time slice: it gets a new
// slice and goes to the end of its queue. One that is preempted keeps its turn: what is left of its
// slice, and its place before all who became ready later.
//
// So that none starves, a thread whose turn has been due for kPatienceTicks is overdue. Every
// kRaiseEveryTicks the one that has waited longest is raised to kOverdueLevel, whatever its
// priority, for a whole slice that only the kernel's own threads interrupt. Whatever others do, a
// ready thread runs within
//
//   kPatienceTicks + kRaiseEveryTicks * (n - 1) ticks,
//
// n: the threads that were ready or running in the tick in which it became so, itself included; and
// has had its slice kSliceTicks later. The kernel's own threads come on top: they run for what
// programs have asked of them.
#pragma once

#include "proc/threads/queues.h"

namespace mobius::proc {

inline constexpr uint8_t kSliceTicks = 2;  // of 10 ms
inline constexpr uint32_t kPatienceTicks = 32;
// Every other slice goes by priority alone, so a thread of a high one waits no longer than a slice.
inline constexpr uint32_t kRaiseEveryTicks = 2 * kSliceTicks;

class Turns {
 public:
  // A new turn is due, after all of its priority. Requires: the thread is not ready, or runs.
  void add(QueuedThread& thread) {
    begin(thread);
    ready_.push_back(thread);
  }
  // Requires: the thread is ready, and does not run.
  void remove(QueuedThread& thread) { ready_.remove(thread); }
  // A removed thread goes on with the turn it had, at its place.
  void put_back(QueuedThread& thread) { ready_.insert(thread); }

  // No thread is ready.
  bool nobody() const { return ready_.empty(); }
  // Whether a thread of this level or above is ready.
  bool any_from(unsigned level) const { return !nobody() && ready_.highest() >= level; }
  // Takes the thread whose turn it is. Requires: !nobody().
  QueuedThread& take_next() { return ready_.pop(ready_.highest()); }
  // Takes the thread whose turn it is instead of `running`, which is ready from then on; null where
  // `running` goes on, with a new slice if it has used up its own.
  QueuedThread* take_instead_of(QueuedThread& running);

  // Begins a tick.
  void tick() { ++ticks_; }
  // Called once in each tick, after the threads it wakes are added. Returns whether one was raised.
  bool raise_overdue();
  // Takes this tick off the running thread's slice. Returns whether the slice is used up.
  static bool count_down(QueuedThread& running) {
    if (running.slice_ticks > 0) --running.slice_ticks;
    return running.slice_ticks == 0;
  }

 private:
  void begin(QueuedThread& thread) {
    thread.level = thread.priority;
    thread.slice_ticks = kSliceTicks;
    thread.ready_since = ticks_;
  }

  // No lock: a part of the Scheduler (scheduler.h).
  ReadyQueues ready_;
  uint32_t ticks_ = 0;
  uint32_t raised_at_ = 0;  // the tick in which a thread was last raised to kOverdueLevel
};

}  // namespace mobius::proc
