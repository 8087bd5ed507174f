// KernelHeap: small kernel structures out of frames (slabs), in the direct map.
//
// A slab is one frame of objects of one size class, its header at the frame's start, so that free()
// finds it by masking the pointer. Each class allocates from its current slab; another slab that
// empties goes back to the frame allocator (the current one only with trim()). Bigger requests are
// runs of frames. Everything the kernel builds at run time comes from here: a failed allocation is
// a Result, and exhaustion tests can fail every one of them.
#pragma once

#include <memory>
#include <new>

#include "base/list.h"
#include "base/result.h"
#include "mm/frame_allocator.h"
#include "mm/junk.h"
#include "mm/kernel_heap_classes.h"

namespace mobius::mm {

class KernelHeap {
 public:
  KernelHeap(FrameAllocator& frames, FrameMemory& memory);
  KernelHeap(const KernelHeap&) = delete;

  // 1..4 MiB bytes, aligned to 16; from 2033 bytes on a run of 2^k frames, aligned to its size.
  // Not zeroed (mm/junk.h). With Claim::Promised, frames set aside are used up only where the heap
  // needs new ones. Fails: OutOfFrames.
  [[gnu::always_inline]] Result<void*> allocate(size_t bytes, Claim claim = Claim::Unpromised) {
    LeafGuard guard(lock_);
    if (bytes > kMaxSlabObject) [[unlikely]] return allocate_run(bytes, claim);
    Slab* slab = classes_[slab_class_of(bytes)].current;
    FreeObject* object = slab->free;
    if (object == nullptr) [[unlikely]] return allocate_slowly(bytes, claim);
    slab->free = object->next;
    ++slab->used;
    if constexpr (kFillsWithJunk) fill_fresh(object, kSlabSizes[slab->tag - kTag]);
    return object;
  }
  // Requires: p came from allocate(bytes) with the same bytes. Null is fine.
  [[gnu::always_inline]] void free(void* p, size_t bytes) {
    if (p == nullptr) return;
    LeafGuard guard(lock_);
    if (bytes > kMaxSlabObject) [[unlikely]] return free_run(p, bytes);
    Slab* slab = slab_of(p);
    auto* object = static_cast<FreeObject*>(p);
    FreeObject* next = slab->free;
    KASSERT(slab->tag == kTag + slab_class_of(bytes) && object != next);
    if constexpr (kFillsWithJunk) fill_freed(object, kSlabSizes[slab->tag - kTag]);
    object->next = next;
    slab->free = object;
    if (--slab->used == 0 || next == nullptr) [[unlikely]] first_or_last_free(*slab);
  }

  // Deletes what create() made.
  struct Deleter {
    KernelHeap* heap = nullptr;
    template <typename T>
    void operator()(T* p) const {
      p->~T();
      heap->free(p, sizeof(T));
    }
  };
  template <typename T>
  using Owned = std::unique_ptr<T, Deleter>;

  template <typename T, typename... Args>
  Result<Owned<T>> create(Args&&... args) {
    static_assert(alignof(T) <= 16);
    void* p = TRY(allocate(sizeof(T)));
    return Owned<T>(new (p) T(std::forward<Args>(args)...), Deleter{this});
  }
  template <typename T>
  void destroy(T* p) {
    Deleter{this}(p);
  }

  // Gives the empty slabs back that are kept for the next allocation.
  void trim();
  uint32_t frames_used() const;
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
    Slab* current;                      // the heap's none_ if there is none
    List<Slab, SlabTag> partial, full;  // with free objects, without
  };
  static constexpr uint32_t kTag = 0x51AB0000;

  static Slab* slab_of(void* p) {
    return reinterpret_cast<Slab*>(reinterpret_cast<uintptr_t>(p) & ~uintptr_t{kPageOffsetMask});
  }
  // With junk, at the two borders; asserts that nobody has written to an object that was free.
  static void fill_fresh(void* object, size_t size);
  static void fill_freed(void* object, size_t size);
  Result<void*> allocate_slowly(size_t bytes, Claim claim) REQUIRES(lock_);
  bool use_fresh(Slab& slab, size_t size) REQUIRES(lock_);
  Result<Slab*> next_slab(unsigned size_class, Claim claim) REQUIRES(lock_);
  void first_or_last_free(Slab& slab) REQUIRES(lock_);
  void remove_slab(Slab& slab) REQUIRES(lock_);
  Result<void*> allocate_run(size_t bytes, Claim claim) REQUIRES(lock_);
  void free_run(void* p, size_t bytes) REQUIRES(lock_);
  void check_slab(const Slab& slab, size_t size_class) const REQUIRES(lock_);

  FrameAllocator& frames_;
  FrameMemory& memory_;
  mutable LeafLock lock_{LockRank::Heap};
  Slab none_ GUARDED_BY(lock_) = {};  // full for ever
  SlabClass classes_[kSlabSizes.size()] GUARDED_BY(lock_);
  uint32_t slab_frames_ GUARDED_BY(lock_) = 0;
  uint32_t run_frames_ GUARDED_BY(lock_) = 0;
};

}  // namespace mobius::mm
