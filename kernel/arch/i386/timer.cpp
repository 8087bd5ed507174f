// Source: Intel 8254 data sheet (counter 0 raises IRQ 0, counter 2 is gated by port 0x61).
#include "arch/i386/timer.h"

#include <algorithm>

#include "arch/i386/interrupts.h"
#include "arch/i386/io_ports.h"
#include "arch/i386/registers.h"

namespace mobius::arch {

namespace {

constexpr uint16_t kCounter0 = 0x40, kCounter2 = 0x42, kCommand = 0x43, kGate = 0x61;
constexpr uint8_t kRate0 = 0x34, kLatch0 = 0x00, kOneShot2 = 0xB0;
constexpr uint8_t kGate2 = 0x01, kSpeaker = 0x02, kOutput2 = 0x20;
constexpr uint32_t kHertz = 1193182;
constexpr uint32_t kDivisor = kHertz / Timer::kTicksPerSecond;
constexpr uint64_t kNsPerTick = 1000000000 / Timer::kTicksPerSecond;
constexpr unsigned kFractionBits = 24;
constexpr unsigned kMeasurements = 3;

// Time stamps that pass in one tick's time, by counter 2.
uint32_t timestamps_per_tick() {
  uint8_t gate = in8(kGate) & static_cast<uint8_t>(~(kGate2 | kSpeaker));
  out8(kGate, gate);
  out8(kCommand, kOneShot2);
  out8(kCounter2, kDivisor & 0xFF);
  out8(kCounter2, kDivisor >> 8);
  out8(kGate, gate | kGate2);
  uint64_t start = read_tsc();
  while ((in8(kGate) & kOutput2) == 0) {
  }
  uint64_t passed = read_tsc() - start;
  out8(kGate, gate);
  return static_cast<uint32_t>(std::min<uint64_t>(passed, UINT32_MAX));
}

}  // namespace

Timer::Timer(const CpuFeatures& features, void (*on_tick)())
    : has_tsc_(features.tsc), on_tick_(on_tick) {
  if (has_tsc_) measure_timestamps();
  out8(kCommand, kRate0);
  out8(kCounter0, kDivisor & 0xFF);
  out8(kCounter0, kDivisor >> 8);
  set_interrupt_handler(
      0,
      [](void* context) {
        auto timer = static_cast<Timer*>(context);
        ++timer->ticks_;
        timer->on_tick_();
      },
      this);
}

// The least of some measurements: what disturbs one (an emulator that was not running) adds to it.
void Timer::measure_timestamps() {
  start_ = read_tsc();
  uint32_t least = UINT32_MAX;
  for (unsigned i = 0; i < kMeasurements; ++i) least = std::min(least, timestamps_per_tick());
  least = std::max(least, 1u);
  ns_per_tick_ = static_cast<uint32_t>((kNsPerTick << kFractionBits) / least);
}

uint64_t Timer::timestamp() { return has_tsc_ ? read_tsc() : 0; }

uint64_t Timer::ticks_to_ns(uint64_t timestamp_ticks) {
  uint64_t low = (timestamp_ticks & UINT32_MAX) * ns_per_tick_;
  uint64_t high = (timestamp_ticks >> 32) * ns_per_tick_;
  return (high << (32 - kFractionBits)) + (low >> kFractionBits);
}

// By ticks and the count since the last one. The count runs from kDivisor down to 1.
uint64_t Timer::count_ns() const {
  out8(kCommand, kLatch0);
  uint32_t count = in8(kCounter0);
  count |= static_cast<uint32_t>(in8(kCounter0)) << 8;
  uint64_t fraction = kDivisor - std::min(count, kDivisor);
  return ticks_ * kNsPerTick + fraction * kNsPerTick / kDivisor;
}

uint64_t Timer::now_ns() {
  if (has_tsc_) return ticks_to_ns(read_tsc() - start_);
  // A tick that is due but not taken yet lets the count jump back: time stands still until it is.
  latest_ns_ = std::max(latest_ns_, count_ns());
  return latest_ns_;
}

}  // namespace mobius::arch
