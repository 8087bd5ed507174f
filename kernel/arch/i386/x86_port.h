// X86Port: the real I/O space, behind the port of the drivers (drivers/register_port.h).
#pragma once

#include "arch/i386/io_ports.h"
#include "drivers/register_port.h"

namespace mobius::arch {

class X86Port final : public drivers::RegisterPort {
 public:
  uint8_t in8(uint16_t port) override { return arch::in8(port); }
  uint32_t in32(uint16_t port) override { return arch::in32(port); }
  void out8(uint16_t port, uint8_t value) override { arch::out8(port, value); }
  void out32(uint16_t port, uint32_t value) override { arch::out32(port, value); }
  void in16_many(uint16_t port, uint16_t* to, uint32_t words) override {
    arch::in16_many(port, to, words);
  }
  void out16_many(uint16_t port, const uint16_t* from, uint32_t words) override {
    arch::out16_many(port, from, words);
  }
};

}  // namespace mobius::arch
