// KernelHeap: kernel structures out of frames, in the direct map: small ones from slabs (slabs.h),
// bigger ones as runs of frames.
//
// Everything the kernel builds at run time comes from here: a failed allocation is a Result, and
// exhaustion tests can fail every one of them.
#pragma once

#include <memory>
#include <new>

#include "mm/heap/slabs.h"
#include "mm/words/waiting.h"

namespace mobius::mm {

class KernelHeap {
 public:
  KernelHeap(FrameAllocator& frames, FrameMemory& memory);
  KernelHeap(const KernelHeap&) = delete;

  // From now on each request has the class of the running thread, if that is better than its own.
  void serve(const Waiting& threads) { threads_ = &threads; }

  // 1..4 MiB bytes, aligned to 16; from 2033 bytes on a run of 2^k frames, aligned to its size.
  // Not zeroed (junk.h). With FrameClass::Promised, frames set aside are used up only where the
  // heap needs new ones. Fails: OutOfFrames.
  [[gnu::always_inline]] Result<void*> allocate(size_t bytes, FrameClass who = FrameClass::Normal) {
    LeafGuard guard(lock_);
    if (bytes > kMaxSlabObject) return allocate_run(bytes, promoted(who));
    void* const object = slabs_.take(bytes);
    if (object == nullptr) return slabs_.take_slowly(bytes, promoted(who));
    return object;
  }
  // Requires: p came from allocate(bytes) with the same bytes. Null is fine.
  [[gnu::always_inline]] void free(void* p, size_t bytes) {
    if (p == nullptr) return;
    LeafGuard guard(lock_);
    if (bytes > kMaxSlabObject) return free_run(p, bytes);
    slabs_.give(p, bytes);
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
  // Slabs and counts agree. Asserts otherwise.
  void check() const;

 private:
  FrameClass promoted(FrameClass own) const {
    return threads_ == nullptr ? own : threads_->promoted(own);
  }
  Result<void*> allocate_run(size_t bytes, FrameClass who) REQUIRES(lock_);
  void free_run(void* p, size_t bytes) REQUIRES(lock_);

  FrameAllocator& frames_;
  FrameMemory& memory_;
  const Waiting* threads_ = nullptr;  // null: there are none yet
  mutable LeafLock lock_{LockRank::Heap};
  Slabs slabs_ GUARDED_BY(lock_);
  uint32_t run_frames_ GUARDED_BY(lock_) = 0;
};

}  // namespace mobius::mm
