// Port: how a thread waits for a page that another thread is bringing in, how it lets others run in
// the course of long work, and what is known of the one that runs.
//
// The kernel is not preempted between the check of a condition and `wait`, so no wake-up is lost:
// a thread that finds a Busy slot waits on its channel at once, with no lock held.
#pragma once

#include <cstdint>

#include "base/lock.h"

namespace mobius::mm {

enum class FrameClass : uint8_t;  // frame_request.h

class Waiting {
 public:
  // Sleeps until somebody wakes `channel`; may also return earlier: check again.
  virtual void wait(const void* channel) EXCLUDES(memory_lock) = 0;
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
