// KernelStacks: 8 KiB stacks in the dynamic area, each above a guard page that is never mapped.
//
// A slot is three pages: guard, stack, stack. Free slots are a list through the guards' entries,
// which are not present and so free for our use; taking and giving back cost the same however many
// there are. Stacks are never paged out, so there are no more than an eighth of RAM holds; the last
// ones are for promised threads (proc/processes/limits.h).
#pragma once

#include <algorithm>

#include "arch/i386/memory_layout.h"
#include "arch/i386/paging/pte.h"
#include "base/result.h"
#include "base/units.h"
#include "mm/frames/frame_allocator.h"

namespace mobius::arch {

inline constexpr PageCount kKernelStackPages = 2;
inline constexpr PageCount kStackSlotPages = 1 + kKernelStackPages;

// How many a machine of n frames has.
constexpr uint32_t kernel_stacks_for(uint32_t frames) {
  constexpr uint32_t kLeast = 64, kShare = 8;
  constexpr uint32_t kMost =
      (kMaxDynamicTables * paging::kEntryCount - kWindowPages) / kStackSlotPages;
  return std::clamp(frames / kShare / kKernelStackPages, kLeast, kMost);
}

class KernelStacks {
 public:
  // `count`: as KernelHalf says.
  KernelStacks(mm::FrameAllocator& frames, uint32_t count);
  KernelStacks(const KernelStacks&) = delete;

  // The address just above a new stack. Fails: OutOfFrames, TooManyRunning (no slot).
  Result<uint32_t> make(mm::FrameClass who);
  // Requires: `top` is from make(), and no thread runs on it.
  void free(uint32_t top);

  uint32_t count() const { return count_; }  // in use and free

 private:
  mm::FrameAllocator& frames_;
  const uint32_t count_;
  uint32_t used_ = 0;
  uint32_t free_slot_ = 0;  // address of its guard; 0: none
};

// Whether this is in the guard page of a kernel stack, the boot thread's included.
bool is_stack_guard(uint32_t address);

}  // namespace mobius::arch
