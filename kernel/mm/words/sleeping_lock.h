// SleepingLock: one thread at a time, the others sleep in the order in which they came.
//
// For what a thread holds while it waits for a device: the device's registers, a bounce buffer. A
// Lock (base/lock.h) is never held across a wait. A SleepingLock needs the Waiting port alone.
#pragma once

#include <cstdint>

#include "base/lock.h"
#include "mm/words/waiting.h"

namespace mobius::mm {

class SleepingLock {
 public:
  explicit SleepingLock(Waiting& waiting) : waiting_(waiting) {}
  SleepingLock(const SleepingLock&) = delete;
  SleepingLock& operator=(const SleepingLock&) = delete;

  // Sleeps until it is the caller's turn. Not recursive.
  void acquire() EXCLUDES(memory_lock) {
    Lock::assert_no_lock_held();
    const uint32_t ticket = next_ticket_++;
    while (ticket != serving_) waiting_.wait_unguarded(this);
  }
  // Requires: the caller's turn.
  void release() {
    KASSERT(held());
    ++serving_;
    if (held()) waiting_.wake(this);
  }
  bool held() const { return serving_ != next_ticket_; }

 private:
  Waiting& waiting_;
  // No lock guards these: no other thread runs between their change or check and the wait.
  uint32_t next_ticket_ = 0;
  uint32_t serving_ = 0;  // the ticket whose turn it is; next_ticket_: none
};

class [[nodiscard]] SleepingGuard {
 public:
  explicit SleepingGuard(SleepingLock& lock) EXCLUDES(memory_lock) : lock_(lock) {
    lock_.acquire();
  }
  ~SleepingGuard() { lock_.release(); }
  SleepingGuard(const SleepingGuard&) = delete;
  SleepingGuard& operator=(const SleepingGuard&) = delete;

 private:
  SleepingLock& lock_;
};

}  // namespace mobius::mm
