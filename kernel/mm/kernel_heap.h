// KernelHeap: small kernel structures out of frames (slabs), in the direct map.
//
// A slab is one frame of objects of one size class, its header at the frame's start, so that free()
// finds it by masking the pointer. A slab that empties goes back to the frame allocator (one is
// kept per class, until trim()). Bigger requests are runs of frames. Everything the kernel builds
// at run time comes from here: a failed allocation is a Result, and exhaustion tests can fail
// every one of them.
#pragma once

#include <memory>
#include <new>

#include "base/result.h"
#include "base/list.h"
#include "mm/frame_allocator.h"

namespace mobius::mm {

class KernelHeap {
 public:
  KernelHeap(FrameAllocator& frames, FrameMemory& memory);
  KernelHeap(const KernelHeap&) = delete;

  // 1..4 MiB bytes, aligned to 16; from 2033 bytes on a run of 2^k frames, aligned to its size.
  // Not zeroed. With Claim::Promised, frames set aside are used up only where the heap needs new
  // ones. Fails: OutOfFrames.
  Result<void*> allocate(size_t bytes, Claim claim = Claim::Unpromised);
  // Requires: p came from allocate(bytes) with the same bytes. Null is fine.
  void free(void* p, size_t bytes);

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
  struct Slab : Link<SlabTag> {
    FreeObject* free;  // null exactly when the slab is full
    uint16_t used;     // objects handed out
    uint16_t fresh;    // offset of the objects never handed out yet; the last one is on `free`
    uint32_t tag;      // kTag + class: catches pointers that are not the heap's
  };
  struct SlabClass {
    List<Slab, SlabTag> partial, full;
  };
  static constexpr uint32_t kTag = 0x51AB0000;
  static constexpr unsigned kClasses = 22;

  Result<Slab*> add_slab(unsigned size_class, Claim claim) REQUIRES(lock_);
  void use_fresh(Slab& slab, unsigned size_class) REQUIRES(lock_);
  void emptied(Slab& slab, unsigned size_class) REQUIRES(lock_);
  void remove_slab(Slab& slab) REQUIRES(lock_);
  Result<void*> allocate_run(size_t bytes, Claim claim) REQUIRES(lock_);
  void free_run(void* p, size_t bytes) REQUIRES(lock_);
  void check_slab(const Slab& slab, unsigned size_class) const REQUIRES(lock_);

  FrameAllocator& frames_;
  FrameMemory& memory_;
  mutable LeafLock lock_{LockRank::Heap};
  SlabClass classes_[kClasses] GUARDED_BY(lock_);
  uint32_t slab_frames_ GUARDED_BY(lock_) = 0;
  uint32_t run_frames_ GUARDED_BY(lock_) = 0;
};

}  // namespace mobius::mm
