// CpuFeatures: what this processor has beyond an i586's minimum, asked of CPUID once at boot.
//
// Nothing here is taken for granted; a Pentium without PGE, SEP and FXSR runs the same kernel.
#pragma once

#include <cstdint>

namespace mobius::arch {

// What it takes to switch the FPU's registers from one thread to another.
enum class FpuSwitch : uint8_t {
  Fsave,               // FNSAVE and FRSTOR: there is no FXSAVE
  Fxsave,              // FXSAVE and FXRSTOR
  FxsaveLessPointers,  // the same, but FIP, FDP and FOP would stay those of the thread before
};

// CPUID leaf 0: EBX, EDX, ECX.
struct CpuVendor {
  uint32_t words[3];
  friend constexpr bool operator==(const CpuVendor&, const CpuVendor&) = default;
};
inline constexpr CpuVendor kAmd{{0x68747541, 0x69746E65, 0x444D4163}};    // AuthenticAMD
inline constexpr CpuVendor kHygon{{0x6F677948, 0x6E65476E, 0x656E6975}};  // HygonGenuine

// AMD's processors save and restore those three only while an exception is pending (CVE-2006-1056),
// but for those that say they always do.
constexpr FpuSwitch fpu_switch_of(bool has_fxsave, const CpuVendor& vendor, bool saves_pointers) {
  if (!has_fxsave) return FpuSwitch::Fsave;
  const bool amd = vendor == kAmd || vendor == kHygon;
  return amd && !saves_pointers ? FpuSwitch::FxsaveLessPointers : FpuSwitch::Fxsave;
}

struct CpuFeatures {
  bool pse = false;   // 4 MiB pages
  bool pge = false;   // global pages
  bool tsc = false;   // RDTSC
  bool sep = false;   // SYSENTER and SYSEXIT that work
  FpuSwitch fpu = FpuSwitch::Fsave;
  bool sse = false;   // its registers are in the FXSAVE image

  static CpuFeatures detect();
  // Sets the bits of CR4 that go with them, global pages excepted: those only once the final page
  // directory is in use.
  void enable() const;
  void enable_global_pages() const;
};

}  // namespace mobius::arch
