// Timer: the 100 Hz tick of the interval timer, and the time since boot.
//
// Where there is a time stamp counter it is the clock, measured once against the interval timer at
// boot: a tick lost while interrupts were off does not make it late. Otherwise the ticks are, with
// the interval timer's count between them.
#pragma once

#include "arch/i386/cpu_features.h"
#include "proc/ports/cpu_clock.h"

namespace mobius::arch {

class Timer final : public proc::CpuClock {
 public:
  static constexpr unsigned kTicksPerSecond = 100;

  // `on_tick` is called by each tick, interrupts off. Interrupts must be initialized, and off.
  Timer(const CpuFeatures& features, void (*on_tick)());
  Timer(const Timer&) = delete;

  uint64_t now_ns() override;
  uint64_t timestamp() override;
  uint64_t ticks_to_ns(uint64_t timestamp_ticks) override;

 private:
  void measure_timestamps();
  uint64_t count_ns() const;

  const bool has_tsc_;
  void (*const on_tick_)();
  uint64_t start_ = 0;      // time stamp at boot
  uint32_t ns_per_tick_ = 0;  // nanoseconds of a time stamp tick, in units of 2^-24
  uint64_t ticks_ = 0;      // of 10 ms
  uint64_t latest_ns_ = 0;
};

}  // namespace mobius::arch
