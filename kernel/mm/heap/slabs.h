// Slabs: objects of a few sizes, each slab one frame of objects of one size.
//
//   +--------+--------+--------+-- - - --+--------+------+
//   | header | object | object |   ...   | fresh  | rest |   one frame
//   +--------+--------+--------+-- - - --+--------+------+
//
// give() finds the header by masking the pointer. Freed objects are linked through their first
// word. Objects behind `fresh` have never been handed out and are linked in a few at a time, so
// that a new slab costs no walk through its frame. Each size class takes from its current slab;
// another slab that empties goes back to the frame allocator (the current one only with trim()).
// Requires, for all of it: the kernel heap's lock.
#pragma once

#include "base/list.h"
#include "base/result.h"
#include "mm/frames/frame_allocator.h"
#include "mm/heap/kernel_heap_classes.h"
#include "mm/words/junk.h"

namespace mobius::mm {

class Slabs {
 public:
  Slabs(FrameAllocator& frames, FrameMemory& memory);
  Slabs(const Slabs&) = delete;

  // An object of the class of `bytes`; null where the current slab has none at hand.
  // Requires: 1..kMaxSlabObject bytes, here and below.
  [[gnu::always_inline]] void* take(size_t bytes) {
    Slab* slab = classes_[slab_class_of(bytes)].current;
    FreeObject* object = slab->free;
    if (object == nullptr) return nullptr;
    slab->free = object->next;
    ++slab->used;
    if constexpr (kFillsWithJunk) fill_fresh(object, kSlabSizes[slab->tag - kTag]);
    return object;
  }
  // The same where take() has none: from another slab if need be. Fails: OutOfFrames.
  Result<void*> take_slowly(size_t bytes, FrameClass who);
  // Requires: p came from take(bytes) with the same bytes.
  [[gnu::always_inline]] void give(void* p, size_t bytes) {
    Slab* slab = slab_of(p);
    auto* object = static_cast<FreeObject*>(p);
    FreeObject* next = slab->free;
    KASSERT(slab->tag == kTag + slab_class_of(bytes) && object != next);
    if constexpr (kFillsWithJunk) fill_freed(object, kSlabSizes[slab->tag - kTag]);
    object->next = next;
    slab->free = object;
    if (--slab->used == 0 || next == nullptr) first_or_last_free(*slab);
  }

  // Gives the empty slabs back that are kept for the next object.
  void trim();
  uint32_t count() const { return count_; }  // each takes a frame
  // Every slab, its free list and the counts agree. Asserts otherwise.
  void check() const;

 private:
  struct SlabTag {};
  struct FreeObject {
    FreeObject* next;
  };
  struct Slab : Link<SlabTag> {  // linked: all but the current slab of each class
    FreeObject* free;
    uint32_t tag;    // kTag + class: catches pointers that are not the heap's
    uint16_t used;   // objects handed out
    uint16_t fresh;  // offset of the objects that have never been handed out nor free
  };
  struct SlabClass {
    Slab* current;                      // none_ if there is none
    List<Slab, SlabTag> partial, full;  // with free objects, without
  };
  static constexpr uint32_t kTag = 0x51AB0000;

  static Slab* slab_of(void* p) {
    return reinterpret_cast<Slab*>(reinterpret_cast<uintptr_t>(p) & ~uintptr_t{kPageOffsetMask});
  }
  // Fill an object with junk; fill_fresh() asserts that no free object was written to.
  static void fill_fresh(void* object, size_t size);
  static void fill_freed(void* object, size_t size);
  static void use_fresh(Slab& slab, size_t size);
  Result<Slab*> next_slab(unsigned size_class, FrameClass who);
  void first_or_last_free(Slab& slab);
  void remove_slab(Slab& slab);
  static void check_slab(const Slab& slab, size_t size_class);

  FrameAllocator& frames_;
  FrameMemory& memory_;
  Slab none_ = {};  // full for ever
  SlabClass classes_[kSlabSizes.size()];
  uint32_t count_ = 0;
};

}  // namespace mobius::mm
