// SimUart: a 16550 without FIFOs behind a RegisterPort, its interrupt line, and the edge-triggered
// input of an interrupt controller.
//
// Time is counted in bytes on the line: tick() sends one and receives one. An interrupt is latched
// at the rising edge of the line and handled by deliver(), as the processor does when it lets
// interrupts in.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "drivers/register_port.h"

namespace mobius::sim {

class SimUart final : public drivers::RegisterPort {
 public:
  explicit SimUart(uint16_t base) : base_(base) {}

  std::string sent;              // what has arrived at the other end
  std::deque<uint8_t> incoming;  // what the other end still has to send
  bool other_end_takes = true;
  bool lose_edges = false;  // a broken interrupt controller
  bool present = true;
  uint32_t interrupts = 0;
  uint32_t overwritten = 0;  // bytes written while the transmitter was not ready
  std::function<void()> handler;

  void tick();
  void deliver();

  uint8_t in8(uint16_t port) override;
  void out8(uint16_t port, uint8_t value) override;
  uint32_t in32(uint16_t) override { return 0; }
  void out32(uint16_t, uint32_t) override {}
  void in16_many(uint16_t, uint16_t*, uint32_t) override {}
  void out16_many(uint16_t, const uint16_t*, uint32_t) override {}

 private:
  void holding_is_empty();
  void update_line();

  const uint16_t base_;
  std::optional<uint8_t> holding_, shifting_, received_;
  uint8_t enabled_ = 0, scratch_ = 0, line_control_ = 0;
  bool transmit_cause_ = false;
  bool line_ = false, latched_ = false;
};

}  // namespace mobius::sim
