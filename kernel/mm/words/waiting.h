// Port: how a thread waits for a page that another thread is bringing in, how it lets others run in
// the course of long work, and what is known of the one that runs.
//
// No wake-up is lost: who has seen under the memory lock that it must wait hands the lock over, and
// giving it up and falling asleep are one step. What changes the condition holds that lock, too.
#pragma once

#include <cstdint>

#include "base/lock.h"

namespace mobius::mm {

enum class FrameClass : uint8_t;  // frame_request.h

class Waiting {
 public:
  // Gives up `lock`, under which the caller has seen that it must wait, sleeps until somebody wakes
  // `channel`, and takes the lock again. May return earlier: check again.
  // After: what was found before is looked up again.
  // One step because one processor runs nothing between its parts. To the analysis `lock` is
  // another lock than memory_lock, which it stands for.
  void wait(const void* channel, MemoryLock& lock) REQUIRES(memory_lock)
      NO_THREAD_SAFETY_ANALYSIS {
    lock.release();
    wait_unguarded(channel);
    lock.acquire();
  }
  // The same where no lock guards the condition. Requires: nothing that could run another thread
  // since it was checked, so one processor (docs/decisions/0001-locks-as-rank-discipline.md).
  virtual void wait_unguarded(const void* channel) EXCLUDES(memory_lock) = 0;
  // Makes all threads that wait on `channel` runnable. Never switches threads itself.
  virtual void wake(const void* channel) = 0;
  // Called between two steps of long work, at most some 100,000 instructions apart: another thread
  // runs if it is its turn. What was found before is looked up again after it. Requires: nothing
  // that others can see is half done.
  virtual void let_others_run() EXCLUDES(memory_lock) {}
  // Whether the running thread is to end: long work for it stops there.
  virtual bool called_off() const { return false; }
  // The class of a request that the running thread makes: all those of a promised thread (S1) are
  // promised, any other has its own.
  virtual FrameClass promoted(FrameClass own) const { return own; }

 protected:
  ~Waiting() = default;
};

}  // namespace mobius::mm
