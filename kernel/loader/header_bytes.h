// HeaderBytes: the beginning of a file in one piece of kernel memory, for the parser.
#pragma once

#include <span>

#include "mm/heap/kernel_heap.h"
#include "mm/words/byte_source.h"

namespace mobius::loader {

class HeaderBytes {
 public:
  // The first `bytes` bytes; what lies past the end of the file is zeros. Requires: bytes > 0.
  // Sleeps. Fails: OutOfFrames, IoError.
  static Result<HeaderBytes> read(mm::KernelHeap& heap, mm::FrameMemory& memory,
                                  mm::ByteSource& file, uint32_t bytes);
  HeaderBytes(HeaderBytes&& o) noexcept
      : heap_(o.heap_), bytes_(std::exchange(o.bytes_, nullptr)), size_(o.size_) {}
  ~HeaderBytes() { heap_.free(bytes_, size_); }

  std::span<const std::byte> span() const { return {bytes_, size_}; }

 private:
  HeaderBytes(mm::KernelHeap& heap, void* bytes, uint32_t size)
      : heap_(heap), bytes_(static_cast<std::byte*>(bytes)), size_(size) {}
  mm::KernelHeap& heap_;
  std::byte* bytes_;
  uint32_t size_;
};

}  // namespace mobius::loader
