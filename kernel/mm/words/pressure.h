// Pressure: the time during which at least one thread stood still because it had no page or frame.
#pragma once

#include "base/lock.h"
#include "mm/words/clock.h"

namespace mobius::mm {

class Pressure {
 public:
  // Without a clock, no time passes.
  void use(Clock& clock) { clock_ = &clock; }

  // A thread stands still while one of these lives.
  class [[nodiscard]] Stall {
   public:
    explicit Stall(Pressure& pressure) : pressure_(pressure) { pressure_.begin(); }
    ~Stall() { pressure_.end(); }
    Stall(const Stall&) = delete;
    Stall& operator=(const Stall&) = delete;

   private:
    Pressure& pressure_;
  };

  uint64_t stalled_ns() const {
    LeafGuard guard(lock_);
    return stalled_ns_ + (threads_ != 0 ? now_ns() - since_ns_ : 0);
  }

 private:
  void begin() {
    LeafGuard guard(lock_);
    if (threads_++ == 0) since_ns_ = now_ns();
  }
  void end() {
    LeafGuard guard(lock_);
    if (--threads_ == 0) stalled_ns_ += now_ns() - since_ns_;
  }
  uint64_t now_ns() const { return clock_ != nullptr ? clock_->now_ns() : 0; }

  Clock* clock_ = nullptr;  // set while the machine is wired
  mutable LeafLock lock_{LockRank::Pressure};
  uint32_t threads_ GUARDED_BY(lock_) = 0;
  uint64_t since_ns_ GUARDED_BY(lock_) = 0;
  uint64_t stalled_ns_ GUARDED_BY(lock_) = 0;
};

}  // namespace mobius::mm
