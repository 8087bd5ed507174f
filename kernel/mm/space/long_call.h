// LongCall: a call that changes a block in steps, between which others run (steps.h). Faults in the
// block and other calls of the process wait for its end: no thread sees half of a call.
#pragma once

#include "mm/space/address_space.h"

namespace mobius::mm {

// Begun by a call that finds that it has much to do; ends with its scope. One at a time in a space.
class LongCall {
 public:
  explicit LongCall(AddressSpace& space) : space_(space) {}
  LongCall(const LongCall&) = delete;
  ~LongCall() EXCLUDES(memory_lock) {
    if (begun()) [[unlikely]] end();
  }
  // Once. Requires: a CallGuard of this call is held.
  void begin(VirtRange block) REQUIRES(memory_lock) { begin(block, {}); }
  // For a block that moves to `place`.
  void begin(VirtRange block, VirtRange place) REQUIRES(memory_lock);

  AddressSpace& space() const { return space_; }
  bool begun() const { return !block_.empty(); }
  bool concerns(VirtAddr page) const { return block_.contains(page) || place_.contains(page); }

 private:
  void end() EXCLUDES(memory_lock);

  AddressSpace& space_;
  VirtRange block_{}, place_{};  // empty: it has not begun
};

// The memory lock, for a call that changes the space, or asks what others may be changing: taken
// where no long call is under way but its own. May sleep before.
class SCOPED_CAPABILITY CallGuard {
 public:
  explicit CallGuard(AddressSpace& space) ACQUIRE(memory_lock) : CallGuard(space, nullptr) {}
  explicit CallGuard(LongCall& own) ACQUIRE(memory_lock) : CallGuard(own.space(), &own) {}
  // For a fault at `page`, which waits for no long call on another block.
  CallGuard(AddressSpace& space, VirtAddr page) ACQUIRE(memory_lock) NO_THREAD_SAFETY_ANALYSIS
      : lock_(space.manager().lock) {
    lock_.acquire();
    while (space.long_call != nullptr && space.long_call->concerns(page)) wait(space);
  }
  CallGuard(const CallGuard&) = delete;
  ~CallGuard() RELEASE() { lock_.release(); }

 private:
  CallGuard(AddressSpace& space, const LongCall* own) ACQUIRE(memory_lock)
      NO_THREAD_SAFETY_ANALYSIS : lock_(space.manager().lock) {
    lock_.acquire();
    while (space.long_call != nullptr && space.long_call != own) [[unlikely]] wait(space);
  }
  void wait(AddressSpace& space) NO_THREAD_SAFETY_ANALYSIS;

  MemoryLock& lock_;
};

inline void wait_for_long_call(AddressSpace& space) EXCLUDES(memory_lock) {
  CallGuard guard(space);
}

}  // namespace mobius::mm
