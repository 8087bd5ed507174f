/* features.h: what this processor has. */
#ifndef FEATURES_H
#define FEATURES_H

#include <cpuid.h>
#include <stdint.h>

/* Bits of CPUID leaf 1, EDX. */
#define CPU_SEP (1u << 11)
#define CPU_SSE (1u << 25)

static inline uint32_t cpu_features(void) {
  unsigned eax, ebx, ecx, edx = 0;
  __get_cpuid(1, &eax, &ebx, &ecx, &edx);
  return edx;
}

#endif
