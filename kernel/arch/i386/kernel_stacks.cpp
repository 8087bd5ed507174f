// Stacks need no contiguous frames, nor frames of the direct map: they are reached by their pages.
#include "arch/i386/kernel_stacks.h"

#include "arch/i386/kernel_directory.h"
#include "arch/i386/registers.h"
#include "proc/processes/limits.h"

namespace mobius::arch {

namespace {

constexpr VirtAddr kFirstSlot = {kDynamicBase.value + kWindowPages * kPageSize};
constexpr uint32_t kDynamicEnd = kDynamicBase.value + kMaxDynamicTables * paging::kTableReach;

// A guard's entry: the next free slot's address, page aligned, so bit 0 (present) is clear.
static_assert((kFirstSlot.value & paging::kPresent) == 0);

void unmap_page(mm::FrameAllocator& frames, VirtAddr page) {
  volatile uint32_t& entry = kernel_entry(page);
  FrameNumber frame{entry >> kPageShift};
  entry = 0;
  invlpg(page);
  frames.free(frame, mm::FrameUse::KernelStack);
}

}  // namespace

KernelStacks::KernelStacks(mm::FrameAllocator& frames, uint32_t count)
    : frames_(frames), count_(count) {
  for (uint32_t slots = count; slots > 0; --slots) {
    VirtAddr guard = pages_after(kFirstSlot, (slots - 1) * kStackSlotPages);
    kernel_entry(guard) = free_slot_;
    free_slot_ = guard.value;
  }
}

Result<uint32_t> KernelStacks::make(mm::FrameClass who) {
  if (!proc::may_start(who, used_, count_)) return Failure(Error::TooManyRunning);
  mm::OwnedFrame stack[kKernelStackPages];
  for (mm::OwnedFrame& frame : stack) {
    // Zeros: old code in the frame makes every write to the frame slow in QEMU, which watches
    // translated code byte by byte (docs/testing.md), and a stack may never write all of it.
    frame = TRY(frames_.allocate(mm::FrameUse::KernelStack, mm::Placement::Any, mm::Fill::Zero,
                                 who));
  }
  // From here on nothing fails.
  VirtAddr page{free_slot_};
  volatile uint32_t& link = kernel_entry(page);
  free_slot_ = link;
  link = 0;
  ++used_;
  for (mm::OwnedFrame& frame : stack) {
    page = pages_after(page, 1);
    kernel_entry(page) =
        (frame.release().value << kPageShift) | paging::kWritable | paging::kPresent;
  }
  return pages_after(page, 1).value;
}

void KernelStacks::free(uint32_t top) {
  VirtAddr guard{top - kStackSlotPages * kPageSize};
  KASSERT(guard.value >= kFirstSlot.value && top <= kDynamicEnd &&
          (guard.value - kFirstSlot.value) % (kStackSlotPages * kPageSize) == 0);
  for (PageCount i = 1; i < kStackSlotPages; ++i) unmap_page(frames_, pages_after(guard, i));
  kernel_entry(guard) = free_slot_;
  free_slot_ = guard.value;
  --used_;
}

bool is_stack_guard(uint32_t address) {
  uint32_t boot_guard = reinterpret_cast<uint32_t>(boot_stack_guard);
  if (address - boot_guard < kPageSize) return true;
  return address >= kFirstSlot.value && address < kDynamicEnd &&
         ((address - kFirstSlot.value) >> kPageShift) % kStackSlotPages == 0;
}

}  // namespace mobius::arch
