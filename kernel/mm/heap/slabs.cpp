// The slow half of slabs: another slab, one that empties, and the check (slabs.h).
#include "mm/heap/slabs.h"

#include <algorithm>

namespace mobius::mm {

Slabs::Slabs(FrameAllocator& frames, FrameMemory& memory)
    : frames_(frames), memory_(memory) {
  static_assert(sizeof(Slab) <= kSlabHeader);
  none_.fresh = kPageSize;  // nothing left
  for (SlabClass& slabs : classes_) slabs.current = &none_;
}

// The current slab has no free object: continues with its fresh ones, else with another slab.
Result<void*> Slabs::take_slowly(size_t bytes, FrameClass who) {
  KASSERT(bytes != 0);
  unsigned size_class = slab_class_of(bytes);
  SlabClass& slabs = classes_[size_class];
  size_t size = kSlabSizes[size_class];
  use_fresh(*slabs.current, size);
  if (slabs.current->free == nullptr) {
    Slab* next = TRY(next_slab(size_class, who));
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

void Slabs::fill_fresh(void* object, size_t size) {
  auto* const bytes = static_cast<std::byte*>(object);
  const auto* const behind_link = bytes + sizeof(FreeObject);
  KASSERT(std::all_of(behind_link, static_cast<const std::byte*>(bytes + size),
                      [](std::byte b) { return b == kFreedJunk; }));
  std::fill_n(bytes, size, kFreshJunk);
}

void Slabs::fill_freed(void* object, size_t size) {
  std::fill_n(static_cast<std::byte*>(object), size, kFreedJunk);
}

// Makes some more fresh objects free, if there are any left.
void Slabs::use_fresh(Slab& slab, size_t size) {
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
}

Result<Slabs::Slab*> Slabs::next_slab(unsigned size_class, FrameClass who) {
  Slab* partial = classes_[size_class].partial.pop_front();
  if (partial != nullptr) return partial;
  OwnedFrame frame = TRY(frames_.allocate(FrameUse::Slab, Placement::Direct, Fill::None, who));
  Slab* slab = new (memory_.direct(frame.release())) Slab{};
  slab->tag = kTag + size_class;
  slab->fresh = kSlabHeader;
  ++count_;
  return slab;
}

// An object was freed: the only free one, or nothing is in use any more.
void Slabs::first_or_last_free(Slab& slab) {
  if (!slab.linked()) return;  // the current slab stays current
  if (slab.free->next == nullptr) {
    slab.unlink();
    classes_[slab.tag - kTag].partial.push_front(slab);
  }
  if (slab.used == 0) {
    slab.unlink();
    remove_slab(slab);
  }
}

void Slabs::remove_slab(Slab& slab) {
  slab.tag = 0;
  --count_;
  frames_.free(memory_.frame_at(&slab), FrameUse::Slab);
}

void Slabs::trim() {
  for (SlabClass& slabs : classes_) {
    if (slabs.current == &none_ || slabs.current->used != 0) continue;
    remove_slab(*slabs.current);
    slabs.current = &none_;
  }
}

void Slabs::check() const {
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
  KASSERT(slabs == count_);
}

void Slabs::check_slab(const Slab& slab, size_t size_class) {
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
