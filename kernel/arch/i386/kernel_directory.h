// The kernel's half of the address space, built once at boot (memory_layout.h has the picture).
#pragma once

#include <span>

#include "arch/i386/cpu_features.h"
#include "base/result.h"
#include "base/units.h"

namespace mobius::arch {

// Frames for page tables while there is no frame allocator yet: taken from the front of `usable`,
// whose ranges shrink accordingly (to nothing, perhaps).
class EarlyFrames {
 public:
  explicit EarlyFrames(std::span<FrameRange> usable) : usable_(usable) {}
  Result<FrameNumber> take();

 private:
  std::span<FrameRange> usable_;
};

struct KernelHalf {
  FrameNumber direct_end;  // the direct map shows frames [0, direct_end)
  uint32_t kernel_stacks;   // the dynamic area has page tables for that number
};

// Completes `kernel_directory`: the direct map of all `usable` RAM below its limit, the kernel
// image with its own rights, the tables of the dynamic area; then the identity map goes, and page 0
// with it. Fails: OutOfFrames.
Result<KernelHalf> build_kernel_half(const CpuFeatures& features, std::span<FrameRange> usable);

// The entry for a page of the kernel's half. Requires: the page's table exists.
volatile uint32_t& kernel_entry(VirtAddr page);

// Whether the kernel can read the byte at `address`, of either half. For backtraces.
bool is_readable(uint32_t address);

}  // namespace mobius::arch
