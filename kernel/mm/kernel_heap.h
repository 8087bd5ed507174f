// KernelHeap: small kernel structures out of frames (slabs), in the direct map.
//
// Size classes of one frame each, the slab's header at its start, so that free() finds the slab by
// masking the pointer. A slab that empties goes back to the frame allocator (one is kept per
// class). Bigger requests are runs of frames. Everything the kernel builds at run time comes from
// here: a failed allocation is a Result, and exhaustion tests can fail every one of them.
#pragma once

#include <memory>
#include <new>

#include "base/result.h"
#include "mm/frame_allocator.h"

namespace mobius::mm {

class KernelHeap {
 public:
  KernelHeap(FrameAllocator& frames, FrameMemory& memory);
  KernelHeap(const KernelHeap&) = delete;

  // 1..4 MiB bytes, aligned to 16 (to 4096 from 2049 bytes on). Not zeroed. Fails: OutOfFrames.
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
    void* p = TRY(allocate(sizeof(T)));
    return Owned<T>(new (p) T(std::forward<Args>(args)...), Deleter{this});
  }
  template <typename T>
  void destroy(T* p) {
    Deleter{this}(p);
  }

  uint32_t frames_used() const;
  void check() const;

 private:
  // ... (kernel_heap helper fills in)
};

}  // namespace mobius::mm
