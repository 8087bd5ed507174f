// Port: the processor's I/O space, as the drivers see it.
//
// arch/i386/x86_port.h implements it; the host tests put a simulated controller behind it.
#pragma once

#include <cstdint>

namespace mobius::drivers {

class RegisterPort {
 public:
  virtual uint8_t in8(uint16_t port) = 0;
  virtual uint32_t in32(uint16_t port) = 0;
  virtual void out8(uint16_t port, uint8_t value) = 0;
  virtual void out32(uint16_t port, uint32_t value) = 0;
  // `words` 16-bit words, one after another, from or to the same port.
  virtual void in16_many(uint16_t port, uint16_t* to, uint32_t words) = 0;
  virtual void out16_many(uint16_t port, const uint16_t* from, uint32_t words) = 0;

 protected:
  ~RegisterPort() = default;
};

}  // namespace mobius::drivers
