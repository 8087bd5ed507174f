// Port: how a thread waits for a page that another thread is bringing in, how it lets others run in
// the course of long work, and what is known of the running thread.
//
// No wake-up is lost: a thread checks its condition under the memory lock and hands the lock to
// wait(), which gives it up and sleeps in one step. The condition changes under that lock only.
#pragma once

#include <cstdint>

#include "base/lock.h"

namespace mobius::mm {

enum class FrameClass : uint8_t;  // frame_request.h

class Waiting {
 public:
  // Gives up `lock`, under which the caller has checked its condition, sleeps until wake(channel),
  // and takes the lock again. May return earlier.
  // After: the caller checks again, and looks up again what it had found before.
  // One step because one processor runs nothing between its parts. The analysis takes `lock` and
  // memory_lock for two locks.
  void wait(const void* channel, MemoryLock& lock) REQUIRES(memory_lock)
      NO_THREAD_SAFETY_ANALYSIS {
    lock.release();
    wait_unguarded(channel);
    lock.acquire();
  }
  // wait() where no lock guards the condition. Requires: since the condition was checked no other
  // thread could run, so one processor (docs/decisions/0001-locks-as-rank-discipline.md).
  virtual void wait_unguarded(const void* channel) EXCLUDES(memory_lock) = 0;
  // Makes all threads that wait on `channel` runnable. Never switches threads itself.
  virtual void wake(const void* channel) = 0;
  // Called between two steps of long work, at most some 100,000 instructions apart: a thread whose
  // turn it is runs. Requires: nothing that others can see is half done.
  // After: the caller looks up again what it had found before.
  virtual void let_others_run() EXCLUDES(memory_lock) {}
  // Whether the running thread is to end, so that its long work stops.
  virtual bool called_off() const { return false; }
  // The class of a request of the running thread: Promised if the thread is promised (S1), else
  // `own`.
  virtual FrameClass promoted(FrameClass own) const { return own; }

 protected:
  ~Waiting() = default;
};

}  // namespace mobius::mm
