// RunTime: how long threads have run, in ticks of the time stamp counter.
#pragma once

#include <utility>

#include "proc/ports/cpu_clock.h"
#include "proc/threads/thread.h"

namespace mobius::proc {

class RunTime {
 public:
  // `boot`: the thread that runs while no other does.
  RunTime(CpuClock& clock, const Thread& boot)
      : clock_(clock), boot_(boot), since_(clock.timestamp()) {}

  // Adds the time since this was last called to the running thread's account. A part of each
  // switch.
  [[gnu::always_inline]] void charge(Thread& running) {
    const uint64_t now = clock_.timestamp();
    const uint64_t ran = now - since_;
    running.cpu_ticks += ran;
    since_ = now;
    if (ran > longest_ && &running != &boot_) longest_ = ran;
  }
  // The longest time that was added at once since this was last asked: in it no other thread could
  // run. Time in user mode counts as well, that of the boot thread does not.
  uint64_t take_longest() { return std::exchange(longest_, 0); }

 private:
  CpuClock& clock_;
  const Thread& boot_;
  uint64_t since_;
  uint64_t longest_ = 0;
};

}  // namespace mobius::proc
