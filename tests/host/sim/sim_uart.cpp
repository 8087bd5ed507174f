// The simulated serial port: see sim_uart.h.
#include "sim/sim_uart.h"

#include <utility>

namespace mobius::sim {

void SimUart::holding_is_empty() {
  holding_.reset();
  transmit_cause_ = true;
}

void SimUart::update_line() {
  const bool up = (received_ && (enabled_ & 1) != 0) || (transmit_cause_ && (enabled_ & 2) != 0);
  if (up && !line_ && !lose_edges) latched_ = true;
  line_ = up;
}

void SimUart::tick() {
  if (other_end_takes && shifting_) {
    sent += static_cast<char>(*shifting_);
    shifting_.reset();
  }
  if (!shifting_ && holding_) {
    shifting_ = holding_;
    holding_is_empty();
  }
  if (!received_ && !incoming.empty()) {
    received_ = incoming.front();
    incoming.pop_front();
  }
  update_line();
}

void SimUart::deliver() {
  while (std::exchange(latched_, false)) {
    ++interrupts;
    handler();
  }
}

uint8_t SimUart::in8(uint16_t port) {
  if (!present) return 0xFF;
  switch (port - base_) {
    case 0: {
      const uint8_t byte = received_.value_or(0);
      received_.reset();
      update_line();
      return byte;
    }
    case 5:
      return static_cast<uint8_t>((received_ ? 0x01 : 0) | (holding_ ? 0 : 0x20) |
                                  (holding_ || shifting_ ? 0 : 0x40));
    case 7: return scratch_;
    default: return 0;
  }
}

void SimUart::out8(uint16_t port, uint8_t value) {
  if (!present) return;
  const bool divisor = (line_control_ & 0x80) != 0;
  switch (port - base_) {
    case 0:
      if (divisor) break;
      if (holding_) ++overwritten;
      holding_ = value;
      transmit_cause_ = false;
      if (!shifting_) {
        shifting_ = holding_;
        holding_is_empty();
      }
      break;
    case 1:
      if (divisor) break;
      if ((value & 2) != 0 && (enabled_ & 2) == 0) transmit_cause_ = !holding_;
      enabled_ = value;
      break;
    case 3: line_control_ = value; break;
    case 7: scratch_ = value; break;
    default: break;
  }
  update_line();
}

}  // namespace mobius::sim
