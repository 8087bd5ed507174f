// Running: which thread runs, and how long each has run, in ticks of the time stamp counter.
#pragma once

#include <utility>

#include "proc/ports/cpu_clock.h"
#include "proc/threads/thread.h"

namespace mobius::proc {

class Running {
 public:
  // The boot thread runs at first, and while no other does.
  Running(CpuClock& clock, CpuContext& boot_context) : clock_(clock), since_(clock.timestamp()) {
    boot_.context = &boot_context;
    boot_.state = ThreadState::Running;
  }
  Running(const Running&) = delete;

  Thread& thread() const { return *thread_; }
  Thread& boot() { return boot_; }
  bool is_boot() const { return thread_ == &boot_; }

  // Adds the time since this was last called to the running thread's account.
  [[gnu::always_inline]] void charge() {
    const uint64_t now = clock_.timestamp();
    const uint64_t ran = now - since_;
    thread_->cpu_ticks += ran;
    since_ = now;
    if (ran > longest_ && !is_boot()) longest_ = ran;
  }
  // From now on the time is `next`'s.
  [[gnu::always_inline]] void become(Thread& next) {
    charge();
    thread_ = &next;
  }

  // Spent in the boot thread, up to now.
  uint64_t idle_ticks() {
    charge();
    return boot_.cpu_ticks;
  }
  // The longest time since the last call that a thread has run without a point where others could:
  // a switch, a sleep, let_others_run(). Time in user mode counts, the boot thread's does not.
  uint64_t take_longest() {
    charge();
    return std::exchange(longest_, 0);
  }

 private:
  CpuClock& clock_;
  Thread boot_;
  Thread* thread_ = &boot_;
  uint64_t since_;
  uint64_t longest_ = 0;
};

}  // namespace mobius::proc
