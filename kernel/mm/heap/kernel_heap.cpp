// Runs of frames, for what does not fit in a slab.
#include "mm/heap/kernel_heap.h"

#include <bit>

namespace mobius::mm {

namespace {

unsigned order_for(size_t bytes) {
  return static_cast<unsigned>(std::bit_width((bytes - 1) >> kPageShift));
}

}  // namespace

KernelHeap::KernelHeap(FrameAllocator& frames, FrameMemory& memory)
    : frames_(frames), memory_(memory), slabs_(frames, memory) {}

Result<void*> KernelHeap::allocate_run(size_t bytes, FrameClass who) {
  unsigned order = order_for(bytes);
  if (order > kMaxFrameOrder) return Failure(Error::OutOfFrames);
  FrameNumber first =
      TRY(frames_.allocate_run(order, FrameUse::Slab, Placement::Direct, who));
  run_frames_ += 1u << order;
  return memory_.direct(first);
}

void KernelHeap::free_run(void* p, size_t bytes) {
  unsigned order = order_for(bytes);
  KASSERT((reinterpret_cast<uintptr_t>(p) & kPageOffsetMask) == 0);
  run_frames_ -= 1u << order;
  frames_.free_run(memory_.frame_at(p), order, FrameUse::Slab);
}

void KernelHeap::trim() {
  LeafGuard guard(lock_);
  slabs_.trim();
}

uint32_t KernelHeap::frames_used() const {
  LeafGuard guard(lock_);
  return slabs_.count() + run_frames_;
}

void KernelHeap::check() const {
  LeafGuard guard(lock_);
  slabs_.check();
  KASSERT(slabs_.count() + run_frames_ == frames_.counts().used(FrameUse::Slab));
}

}  // namespace mobius::mm
