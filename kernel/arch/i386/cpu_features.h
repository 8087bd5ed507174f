// CpuFeatures: what this processor has beyond an i586's minimum, asked of CPUID once at boot.
//
// Nothing here is taken for granted; a Pentium without PGE, SEP and FXSR runs the same kernel.
#pragma once

#include <cstdint>

namespace mobius::arch {

struct CpuFeatures {
  bool pse = false;   // 4 MiB pages
  bool pge = false;   // global pages
  bool tsc = false;   // RDTSC
  bool sep = false;   // SYSENTER and SYSEXIT that work
  bool fxsr = false;  // FXSAVE and FXRSTOR
  bool sse = false;   // and its registers, in the FXSAVE image

  static CpuFeatures detect();
  // Sets the bits of CR4 that go with them, global pages excepted: those only once the final page
  // directory is in use.
  void enable() const;
  void enable_global_pages() const;
};

}  // namespace mobius::arch
