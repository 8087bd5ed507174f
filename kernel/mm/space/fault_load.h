// FaultLoad: how much an address space faults, and whether load control lets it (S1).
#pragma once

#include <cstdint>
#include <utility>

#include "base/lock.h"
#include "mm/words/waiting.h"

namespace mobius::mm {

class FaultLoad {
 public:
  explicit FaultLoad(Waiting& waiting) : waiting_(waiting) {}

  // Locks: the memory lock, for all below.
  // While the space is suspended, threads that need a page which is not there wait on this.
  void suspend() REQUIRES(memory_lock) { suspended_ = true; }
  void resume() REQUIRES(memory_lock) {
    suspended_ = false;
    waiting_.wake(this);
  }
  bool suspended() const REQUIRES(memory_lock) { return suspended_; }

  void count_minor() REQUIRES(memory_lock) { ++minor_; }
  void count_major() REQUIRES(memory_lock) { ++major_; }
  uint32_t minor() const REQUIRES(memory_lock) { return minor_; }
  uint32_t major() const REQUIRES(memory_lock) { return major_; }
  // The major faults since the last call.
  uint32_t take_major() REQUIRES(memory_lock) { return major_ - std::exchange(asked_, major_); }

 private:
  Waiting& waiting_;
  uint32_t minor_ GUARDED_BY(memory_lock) = 0, major_ GUARDED_BY(memory_lock) = 0;
  uint32_t asked_ GUARDED_BY(memory_lock) = 0;
  bool suspended_ GUARDED_BY(memory_lock) = false;
};

}  // namespace mobius::mm
