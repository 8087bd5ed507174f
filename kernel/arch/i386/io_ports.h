// The I/O space of an i386: in and out instructions (Intel SDM volume 1, chapter 19), for the
// interrupt controller and the timer; drivers have it behind their port (x86_port.h).
#pragma once

#include <cstdint>

namespace mobius::arch {

inline uint8_t in8(uint16_t port) {
  uint8_t value;
  asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
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
inline void out32(uint16_t port, uint32_t value) {
  asm volatile("outl %0, %1" : : "a"(value), "Nd"(port) : "memory");
}
// `words` 16-bit words, one after another, from or to the same port.
inline void in16_many(uint16_t port, uint16_t* to, uint32_t words) {
  asm volatile("cld; rep insw" : "+D"(to), "+c"(words) : "d"(port) : "memory", "cc");
}
inline void out16_many(uint16_t port, const uint16_t* from, uint32_t words) {
  asm volatile("cld; rep outsw" : "+S"(from), "+c"(words) : "d"(port) : "memory", "cc");
}

}  // namespace mobius::arch
