// Slabs, and runs of frames for what does not fit in one.
//
//   +--------+--------+--------+-- - - --+--------+------+
//   | header | object | object |   ...   | fresh  | rest |   one frame
//   +--------+--------+--------+-- - - --+--------+------+
//
// Freed objects are linked through their first word. Objects behind `fresh` have never been handed
// out and are linked in one by one, so that a new slab costs no walk through its frame.
#include "mm/kernel_heap.h"

#include <algorithm>
#include <bit>

namespace mobius::mm {

namespace {

unsigned order_for(size_t bytes) {
  return static_cast<unsigned>(std::bit_width((bytes - 1) >> kPageShift));
}

}  // namespace

KernelHeap::KernelHeap(FrameAllocator& frames, FrameMemory& memory)
    : frames_(frames), memory_(memory) {
  static_assert(sizeof(Slab) <= kSlabHeader);
  none_.fresh = kPageSize;  // nothing left
  for (SlabClass& slabs : classes_) slabs.current = &none_;
}

// The current slab has no free object: continues with its fresh ones, else with another slab.
Result<void*> KernelHeap::allocate_slowly(size_t bytes, Claim claim) {
  KASSERT(bytes != 0);
  unsigned size_class = slab_class_of(bytes);
  SlabClass& slabs = classes_[size_class];
  size_t size = kSlabSizes[size_class];
  if (!use_fresh(*slabs.current, size)) {
    Slab* next = TRY(next_slab(size_class, claim));
    if (slabs.current != &none_) slabs.full.push_front(*slabs.current);
    slabs.current = next;
    if (next->free == nullptr) use_fresh(*next, size);
  }
  Slab* slab = slabs.current;
  FreeObject* object = slab->free;
  slab->free = object->next;
  ++slab->used;
  if constexpr (kFillsWithJunk) fill_fresh(object, size);
  return object;
}

void KernelHeap::fill_fresh(void* object, size_t size) {
  auto* const bytes = static_cast<std::byte*>(object);
  const auto* const behind_link = bytes + sizeof(FreeObject);
  KASSERT(std::all_of(behind_link, static_cast<const std::byte*>(bytes + size),
                      [](std::byte b) { return b == kFreedJunk; }));
  std::fill_n(bytes, size, kFreshJunk);
}

void KernelHeap::fill_freed(void* object, size_t size) {
  std::fill_n(static_cast<std::byte*>(object), size, kFreedJunk);
}

// Makes some more fresh objects free; false if there are none left.
bool KernelHeap::use_fresh(Slab& slab, size_t size) {
  constexpr unsigned kAtATime = 8;
  FreeObject** link = &slab.free;
  for (unsigned i = 0; i < kAtATime && slab.fresh + size <= kPageSize; ++i) {
    std::byte* place = reinterpret_cast<std::byte*>(&slab) + slab.fresh;
    slab.fresh = static_cast<uint16_t>(slab.fresh + size);
    if constexpr (kFillsWithJunk) fill_freed(place, size);
    *link = reinterpret_cast<FreeObject*>(place);
    link = &(*link)->next;
  }
  *link = nullptr;
  return slab.free != nullptr;
}

Result<KernelHeap::Slab*> KernelHeap::next_slab(unsigned size_class, Claim claim) {
  Slab* partial = classes_[size_class].partial.pop_front();
  if (partial != nullptr) return partial;
  OwnedFrame frame = TRY(frames_.allocate(FrameUse::Slab, Placement::Direct, Fill::None, claim));
  Slab* slab = new (memory_.direct(frame.release())) Slab{};
  slab->tag = kTag + size_class;
  slab->fresh = kSlabHeader;
  ++slab_frames_;
  return slab;
}

// An object was freed: the only free one, or nothing is in use any more.
void KernelHeap::first_or_last_free(Slab& slab) {
  if (!slab.linked()) return;  // the current one stays what it is
  if (slab.free->next == nullptr) {
    slab.unlink();
    classes_[slab.tag - kTag].partial.push_front(slab);
  }
  if (slab.used == 0) {
    slab.unlink();
    remove_slab(slab);
  }
}

void KernelHeap::remove_slab(Slab& slab) {
  slab.tag = 0;
  --slab_frames_;
  frames_.free(memory_.frame_at(&slab), FrameUse::Slab);
}

void KernelHeap::trim() {
  LeafGuard guard(lock_);
  for (SlabClass& slabs : classes_) {
    if (slabs.current == &none_ || slabs.current->used != 0) continue;
    remove_slab(*slabs.current);
    slabs.current = &none_;
  }
}

Result<void*> KernelHeap::allocate_run(size_t bytes, Claim claim) {
  unsigned order = order_for(bytes);
  if (order > kMaxFrameOrder) return Failure(Error::OutOfFrames);
  FrameNumber first =
      TRY(frames_.allocate_run(order, FrameUse::Slab, Placement::Direct, claim));
  run_frames_ += 1u << order;
  return memory_.direct(first);
}

void KernelHeap::free_run(void* p, size_t bytes) {
  unsigned order = order_for(bytes);
  KASSERT((reinterpret_cast<uintptr_t>(p) & kPageOffsetMask) == 0);
  run_frames_ -= 1u << order;
  frames_.free_run(memory_.frame_at(p), order, FrameUse::Slab);
}

uint32_t KernelHeap::frames_used() const {
  LeafGuard guard(lock_);
  return slab_frames_ + run_frames_;
}

void KernelHeap::check() const {
  LeafGuard guard(lock_);
  KASSERT(none_.free == nullptr && none_.used == 0 && none_.fresh == kPageSize);
  uint32_t slabs = 0;
  for (size_t size_class = 0; size_class < kSlabSizes.size(); ++size_class) {
    const SlabClass& of_class = classes_[size_class];
    if (of_class.current != &none_) {
      KASSERT(!of_class.current->linked());
      check_slab(*of_class.current, size_class);
      ++slabs;
    }
    for (const Slab& slab : of_class.partial) {
      KASSERT(slab.free != nullptr && slab.used != 0);
      check_slab(slab, size_class);
      ++slabs;
    }
    for (const Slab& slab : of_class.full) {
      KASSERT(slab.free == nullptr && slab.fresh + size_t{kSlabSizes[size_class]} > kPageSize);
      check_slab(slab, size_class);
      ++slabs;
    }
  }
  KASSERT(slabs == slab_frames_);
  KASSERT(slab_frames_ + run_frames_ == frames_.used_frames(FrameUse::Slab));
}

void KernelHeap::check_slab(const Slab& slab, size_t size_class) const {
  KASSERT(slab.tag == kTag + size_class);
  size_t size = kSlabSizes[size_class];
  size_t touched = (slab.fresh - kSlabHeader) / size;
  size_t free = 0;
  for (const FreeObject* object = slab.free; object != nullptr; object = object->next) {
    auto offset = static_cast<size_t>(reinterpret_cast<const std::byte*>(object) -
                                      reinterpret_cast<const std::byte*>(&slab));
    KASSERT(offset >= kSlabHeader && offset < slab.fresh && (offset - kSlabHeader) % size == 0);
    ++free;
    KASSERT(free + slab.used <= touched);
  }
  KASSERT(free + slab.used == touched);
}

}  // namespace mobius::mm
