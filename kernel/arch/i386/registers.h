// The instructions C++ has no word for: control registers, flags, time stamp.
#pragma once

#include <cstdint>

#include "base/units.h"

namespace mobius::arch {

inline uint32_t read_cr2() {
  uint32_t value;
  asm volatile("mov %%cr2, %0" : "=r"(value));
  return value;
}
inline uint32_t read_cr3() {
  uint32_t value;
  asm volatile("mov %%cr3, %0" : "=r"(value));
  return value;
}
inline uint32_t read_cr4() {
  uint32_t value;
  asm volatile("mov %%cr4, %0" : "=r"(value));
  return value;
}
inline void write_cr3(uint32_t value) { asm volatile("mov %0, %%cr3" : : "r"(value) : "memory"); }
inline void write_cr4(uint32_t value) { asm volatile("mov %0, %%cr4" : : "r"(value) : "memory"); }

// Forgets one page's translation (SDM Vol. 3A, 4.10.4.1), global or not.
inline void invlpg(VirtAddr page) {
  asm volatile("invlpg (%0)" : : "r"(page.value) : "memory");
}

// Requires: the processor has it (CpuFeatures).
inline uint64_t read_tsc() {
  uint64_t value;
  asm volatile("rdtsc" : "=A"(value));
  return value;
}
inline void write_msr(uint32_t msr, uint32_t low) {
  asm volatile("wrmsr" : : "c"(msr), "a"(low), "d"(0) : "memory");
}

[[noreturn]] inline void halt_for_ever() {
  for (;;) asm volatile("cli; hlt" : : : "memory");
}

}  // namespace mobius::arch
