// KernelStacks: 8 KiB stacks in the dynamic area, each above a guard page that is never mapped.
//
// A slot is three pages: guard, stack, stack. Free slots are a list through the guards' entries,
// which are not present and so free for our use; taking and giving back cost the same however many
// there are.
#pragma once

#include "base/result.h"
#include "base/units.h"
#include "mm/frame_allocator.h"

namespace mobius::arch {

inline constexpr PageCount kKernelStackPages = 2;

class KernelStacks {
 public:
  // `dynamic_pages`: as KernelHalf says.
  KernelStacks(mm::FrameAllocator& frames, PageCount dynamic_pages);
  KernelStacks(const KernelStacks&) = delete;

  // The address just above a new stack. Fails: OutOfFrames, TooManyRunning (no slot).
  Result<uint32_t> make();
  // Requires: `top` is from make(), and nobody runs on it.
  void free(uint32_t top);

 private:
  mm::FrameAllocator& frames_;
  uint32_t free_slot_ = 0;  // address of its guard; 0: none
};

// Whether this is in the guard page of a kernel stack, the boot thread's included.
bool is_stack_guard(uint32_t address);

}  // namespace mobius::arch
