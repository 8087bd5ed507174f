// CPUID leaf 1 (SDM Vol. 2A, CPUID; Vol. 3A, 2.5 for CR4).
#include "arch/i386/cpu_features.h"

#include "arch/i386/registers.h"

namespace mobius::arch {

namespace {

constexpr uint32_t kPse = 1u << 3, kTsc = 1u << 4, kSep = 1u << 11, kPge = 1u << 13;
constexpr uint32_t kFxsr = 1u << 24, kSse = 1u << 25;
constexpr uint32_t kExtended = 0x80000000, kExtendedFeatures = 0x80000008, kXsaveErPtr = 1u << 2;
constexpr uint32_t kCr4Pse = 1u << 4, kCr4Pge = 1u << 7, kCr4Osfxsr = 1u << 9;
constexpr uint32_t kCr4Osxmmexcpt = 1u << 10;

// A Pentium Pro before model 3, stepping 3 claims SEP and does not have it (SDM Vol. 2B, SYSENTER).
bool sep_is_a_lie(uint32_t signature) {
  uint32_t family = (signature >> 8) & 15, model = (signature >> 4) & 15, stepping = signature & 15;
  return family == 6 && model < 3 && stepping < 3;
}

struct Cpuid {
  uint32_t eax, ebx, ecx, edx;
};

Cpuid cpuid(uint32_t leaf) {
  Cpuid c{leaf, 0, 0, 0};
  asm volatile("cpuid" : "+a"(c.eax), "=b"(c.ebx), "+c"(c.ecx), "=d"(c.edx));
  return c;
}

// AMD64 APM Vol. 3, Fn8000_0008_EBX: XSaveErPtr. A processor without extended leaves answers with
// one of the others.
bool saves_fpu_pointers() {
  const uint32_t last = cpuid(kExtended).eax;
  return last >= kExtendedFeatures && last < kExtended + 0x10000 &&
         (cpuid(kExtendedFeatures).ebx & kXsaveErPtr) != 0;
}

}  // namespace

CpuFeatures CpuFeatures::detect() {
  const Cpuid first = cpuid(0), second = cpuid(1);
  const uint32_t signature = second.eax, features = second.edx;
  const bool fxsr = (features & kFxsr) != 0;
  const CpuVendor vendor{{first.ebx, first.edx, first.ecx}};
  return {
      .pse = (features & kPse) != 0,
      .pge = (features & kPge) != 0,
      .tsc = (features & kTsc) != 0,
      .sep = (features & kSep) != 0 && !sep_is_a_lie(signature),
      .fpu = fpu_switch_of(fxsr, vendor, saves_fpu_pointers()),
      .sse = fxsr && (features & kSse) != 0,
  };
}

void CpuFeatures::enable() const {
  const bool fxsr = fpu != FpuSwitch::Fsave;
  uint32_t cr4 = (pse ? kCr4Pse : 0) | (fxsr ? kCr4Osfxsr : 0) | (sse ? kCr4Osxmmexcpt : 0);
  // A processor with none of them has no CR4 either.
  if (cr4 != 0) write_cr4(read_cr4() | cr4);
}

void CpuFeatures::enable_global_pages() const {
  if (pge) write_cr4(read_cr4() | kCr4Pge);
}

}  // namespace mobius::arch
