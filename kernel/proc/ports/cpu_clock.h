// Port: the time since boot, and the counter by which the time of threads is measured.
// arch/i386/timer.h implements it.
#pragma once

#include "mm/words/clock.h"

namespace mobius::proc {

class CpuClock : public mm::Clock {
 public:
  virtual uint64_t timestamp() = 0;                  // of the counter; 0 where there is none
  virtual uint64_t ticks_to_ns(uint64_t ticks) = 0;  // of the counter

 protected:
  ~CpuClock() = default;
};

}  // namespace mobius::proc
