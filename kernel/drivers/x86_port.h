// X86Port: the real I/O space behind the RegisterPort port, for drivers the host tests also run.
#pragma once

#include "base/io_ports.h"
#include "drivers/register_port.h"

namespace mobius::drivers {

class X86Port final : public RegisterPort {
 public:
  uint8_t in8(uint16_t port) override { return mobius::in8(port); }
  uint32_t in32(uint16_t port) override { return mobius::in32(port); }
  void out8(uint16_t port, uint8_t value) override { mobius::out8(port, value); }
  void out32(uint16_t port, uint32_t value) override { mobius::out32(port, value); }
  void in16_many(uint16_t port, uint16_t* to, uint32_t words) override {
    mobius::in16_many(port, to, words);
  }
  void out16_many(uint16_t port, const uint16_t* from, uint32_t words) override {
    mobius::out16_many(port, from, words);
  }
};

}  // namespace mobius::drivers
