// The real I/O space: in and out instructions (Intel SDM volume 1, chapter 19).
//
// The free functions are for drivers that never run anywhere else (serial, interrupt controller,
// timer); X86Port is the same behind the RegisterPort port, for drivers the host tests also run.
#pragma once

#include "drivers/register_port.h"

namespace mobius::drivers {

inline uint8_t in8(uint16_t port) {
  uint8_t value;
  asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}
inline uint16_t in16(uint16_t port) {
  uint16_t value;
  asm volatile("inw %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}
inline uint32_t in32(uint16_t port) {
  uint32_t value;
  asm volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}
// The memory clobbers keep stores to a DMA descriptor ahead of the write that starts the engine.
inline void out8(uint16_t port, uint8_t value) {
  asm volatile("outb %0, %1" : : "a"(value), "Nd"(port) : "memory");
}
inline void out16(uint16_t port, uint16_t value) {
  asm volatile("outw %0, %1" : : "a"(value), "Nd"(port) : "memory");
}
inline void out32(uint16_t port, uint32_t value) {
  asm volatile("outl %0, %1" : : "a"(value), "Nd"(port) : "memory");
}
inline void in16_many(uint16_t port, uint16_t* to, uint32_t words) {
  asm volatile("cld; rep insw" : "+D"(to), "+c"(words) : "d"(port) : "memory", "cc");
}
inline void out16_many(uint16_t port, const uint16_t* from, uint32_t words) {
  asm volatile("cld; rep outsw" : "+S"(from), "+c"(words) : "d"(port) : "memory", "cc");
}

class X86Port final : public RegisterPort {
 public:
  uint8_t in8(uint16_t port) override { return drivers::in8(port); }
  uint32_t in32(uint16_t port) override { return drivers::in32(port); }
  void out8(uint16_t port, uint8_t value) override { drivers::out8(port, value); }
  void out32(uint16_t port, uint32_t value) override { drivers::out32(port, value); }
  void in16_many(uint16_t port, uint16_t* to, uint32_t words) override {
    drivers::in16_many(port, to, words);
  }
  void out16_many(uint16_t port, const uint16_t* from, uint32_t words) override {
    drivers::out16_many(port, from, words);
  }
};

}  // namespace mobius::drivers
