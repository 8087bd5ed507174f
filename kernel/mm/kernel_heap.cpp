// Slabs, and runs of frames for what does not fit in one.
//
//   +--------+--------+--------+-- - - --+--------+------+
//   | header | object | object |   ...   | fresh  | rest |   one frame
//   +--------+--------+--------+-- - - --+--------+------+
//
// Freed objects are linked through their first word. Objects behind `fresh` have never been handed
// out and are linked in one by one, so that a new slab costs no walk through its frame.
#include "mm/kernel_heap.h"

#include <array>
#include <bit>

namespace mobius::mm {

namespace {

constexpr size_t kGrain = 16;
constexpr size_t kHeader = 32;
constexpr size_t kMaxObject = 2032;

// From 288 on: the biggest multiple of 16 of which 14, 12, 10, 8, 7, 6, 5, 4, 3, 2 fit.
constexpr std::array<uint16_t, 22> kSizes = {16,  32,  48,  64,  80,  96,  112, 128,
                                             160, 192, 224, 256, 288, 336, 400, 496,
                                             576, 672, 800, 1008, 1344, kMaxObject};

// The class for each number of grains.
constexpr auto kClassOf = [] {
  std::array<uint8_t, kMaxObject / kGrain + 1> table{};
  for (size_t grains = 0; grains < table.size(); ++grains) {
    while (kSizes[table[grains]] < grains * kGrain) ++table[grains];
  }
  return table;
}();

unsigned class_of(size_t bytes) { return kClassOf[(bytes + kGrain - 1) / kGrain]; }

unsigned order_for(size_t bytes) {
  return static_cast<unsigned>(std::bit_width((bytes - 1) >> kPageShift));
}

}  // namespace

KernelHeap::KernelHeap(FrameAllocator& frames, FrameMemory& memory)
    : frames_(frames), memory_(memory) {
  static_assert(kSizes.size() == kClasses && sizeof(Slab) <= kHeader);
}

Result<void*> KernelHeap::allocate(size_t bytes, Claim claim) {
  LeafGuard guard(lock_);
  if (bytes > kMaxObject) [[unlikely]] return allocate_run(bytes, claim);
  KASSERT(bytes != 0);
  unsigned size_class = class_of(bytes);
  SlabClass& slabs = classes_[size_class];
  Slab* slab = slabs.partial.front();
  if (slab == nullptr) [[unlikely]] {
    slab = TRY(add_slab(size_class, claim));
  }
  FreeObject* object = slab->free;
  slab->free = object->next;
  ++slab->used;
  if (slab->free == nullptr) [[unlikely]] use_fresh(*slab, size_class);
  return object;
}

void KernelHeap::free(void* p, size_t bytes) {
  if (p == nullptr) return;
  LeafGuard guard(lock_);
  if (bytes > kMaxObject) [[unlikely]] return free_run(p, bytes);
  unsigned size_class = class_of(bytes);
  auto address = reinterpret_cast<uintptr_t>(p);
  auto* slab = reinterpret_cast<Slab*>(address & ~uintptr_t{kPageOffsetMask});
  auto* object = static_cast<FreeObject*>(p);
  KASSERT(slab->tag == kTag + size_class && object != slab->free);
  object->next = slab->free;
  slab->free = object;
  --slab->used;
  if (object->next == nullptr) [[unlikely]] {
    classes_[size_class].full.remove(*slab);
    classes_[size_class].partial.push_front(*slab);
  }
  if (slab->used == 0) [[unlikely]] emptied(*slab, size_class);
}

// The free list is empty: links the next fresh object in, or the slab is full.
void KernelHeap::use_fresh(Slab& slab, unsigned size_class) {
  uint16_t size = kSizes[size_class];
  if (slab.fresh + size <= static_cast<int>(kPageSize)) {
    slab.free = reinterpret_cast<FreeObject*>(reinterpret_cast<std::byte*>(&slab) + slab.fresh);
    slab.free->next = nullptr;
    slab.fresh += size;
    return;
  }
  classes_[size_class].partial.remove(slab);
  classes_[size_class].full.push_front(slab);
}

Result<KernelHeap::Slab*> KernelHeap::add_slab(unsigned size_class, Claim claim) {
  OwnedFrame frame =
      TRY(frames_.allocate(FrameUse::Slab, Placement::Direct, Fill::None, claim));
  Slab* slab = new (memory_.direct(frame.release())) Slab{};
  slab->tag = kTag + size_class;
  slab->fresh = kHeader;
  ++slab_frames_;
  classes_[size_class].partial.push_front(*slab);
  use_fresh(*slab, size_class);
  return slab;
}

// Keeps an empty slab only while its class has no other with a free object.
void KernelHeap::emptied(Slab& slab, unsigned size_class) {
  List<Slab, SlabTag>& partial = classes_[size_class].partial;
  if (partial.front() == &slab && partial.next_of(slab) == nullptr) return;
  remove_slab(slab);
}

void KernelHeap::remove_slab(Slab& slab) {
  slab.unlink();
  slab.tag = 0;
  --slab_frames_;
  frames_.free(memory_.frame_at(&slab), FrameUse::Slab);
}

void KernelHeap::trim() {
  LeafGuard guard(lock_);
  for (SlabClass& slabs : classes_) {
    for (Slab* slab = slabs.partial.front(); slab != nullptr;) {
      Slab* next = slabs.partial.next_of(*slab);
      if (slab->used == 0) remove_slab(*slab);
      slab = next;
    }
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
  uint32_t slabs = 0;
  for (unsigned size_class = 0; size_class < kClasses; ++size_class) {
    unsigned empty = 0;
    for (const Slab& slab : classes_[size_class].partial) {
      KASSERT(slab.free != nullptr);
      check_slab(slab, size_class);
      if (slab.used == 0) ++empty;
      ++slabs;
    }
    KASSERT(empty <= 1);
    for (const Slab& slab : classes_[size_class].full) {
      KASSERT(slab.free == nullptr);
      check_slab(slab, size_class);
      ++slabs;
    }
  }
  KASSERT(slabs == slab_frames_);
  KASSERT(slab_frames_ + run_frames_ == frames_.used_frames(FrameUse::Slab));
}

void KernelHeap::check_slab(const Slab& slab, unsigned size_class) const {
  KASSERT(slab.tag == kTag + size_class);
  size_t size = kSizes[size_class];
  size_t touched = (slab.fresh - kHeader) / size;
  size_t free = 0;
  for (const FreeObject* object = slab.free; object != nullptr; object = object->next) {
    auto offset = static_cast<size_t>(reinterpret_cast<const std::byte*>(object) -
                                      reinterpret_cast<const std::byte*>(&slab));
    KASSERT(offset >= kHeader && offset < slab.fresh && (offset - kHeader) % size == 0);
    ++free;
    KASSERT(free + slab.used <= touched);
  }
  KASSERT(free + slab.used == touched);
}

}  // namespace mobius::mm
