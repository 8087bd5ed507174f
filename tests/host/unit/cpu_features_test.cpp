// How the FPU is switched, by what CPUID says. The processors themselves are in the emulators'
// tests (tests/qemu/modes.py).
#include "arch/i386/cpu_features.h"

#include <gtest/gtest.h>

namespace mobius::arch {
namespace {

constexpr CpuVendor kIntel{{0x756E6547, 0x49656E69, 0x6C65746E}};

TEST(CpuFeatures, D2_without_FXSAVE_the_old_instructions_save_all_of_the_FPU) {
  EXPECT_EQ(fpu_switch_of(false, kIntel, false), FpuSwitch::Fsave);
  EXPECT_EQ(fpu_switch_of(false, kAmd, false), FpuSwitch::Fsave);
}

TEST(CpuFeatures, D2_FXSAVE_of_AMD_leaves_the_pointers_of_the_thread_before) {
  EXPECT_EQ(fpu_switch_of(true, kAmd, false), FpuSwitch::FxsaveLessPointers);
  EXPECT_EQ(fpu_switch_of(true, kHygon, false), FpuSwitch::FxsaveLessPointers);
}

TEST(CpuFeatures, D2_FXSAVE_saves_all_of_it_elsewhere_and_where_CPUID_says_so) {
  EXPECT_EQ(fpu_switch_of(true, kIntel, false), FpuSwitch::Fxsave);
  EXPECT_EQ(fpu_switch_of(true, kAmd, true), FpuSwitch::Fxsave);
  EXPECT_EQ(fpu_switch_of(true, kHygon, true), FpuSwitch::Fxsave);
}

}  // namespace
}  // namespace mobius::arch
