// Sleepers: the threads that wait, by what they wait for and until when. Pure, as the queues are.
#pragma once

#include "proc/threads/queues.h"

namespace mobius::proc {

class Sleepers {
 public:
  void add(QueuedThread& thread, WaitKey key, uint64_t deadline_ns) {
    waiting_.add(thread, key);
    if (deadline_ns != kNever) deadlines_.insert(thread, deadline_ns);
  }
  void remove(QueuedThread& thread) {  // Requires: it waits
    waiting_.remove(thread);
    if (thread.queued) deadlines_.remove(thread);
  }
  // The one that has waited longest for `key`; null if there is none.
  QueuedThread* find(WaitKey key) { return waiting_.find(key); }
  // The one whose deadline is the earliest, where that has passed; null if none has.
  QueuedThread* find_late(uint64_t now_ns) const {
    DeadlineNode* first = deadlines_.earliest();
    if (first == nullptr || first->deadline_ns > now_ns) return nullptr;
    return static_cast<QueuedThread*>(first);
  }

 private:
  // No lock: a part of the Scheduler (scheduler.h).
  WaitTable waiting_;
  Deadlines deadlines_;
};

}  // namespace mobius::proc
