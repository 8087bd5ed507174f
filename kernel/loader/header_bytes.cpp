// Headers are read frame by frame, into memory that is in one piece.
#include "loader/header_bytes.h"

namespace mobius::loader {

Result<HeaderBytes> HeaderBytes::read(mm::KernelHeap& heap, mm::FrameMemory& memory,
                                      mm::ByteSource& file, uint32_t bytes) {
  const uint32_t size = (bytes + kPageOffsetMask) & ~kPageOffsetMask;  // whole frames
  HeaderBytes headers(heap, TRY(heap.allocate(size)), size);
  for (uint32_t at = 0; at < size; at += kPageSize) {
    TRY(file.read(at, {memory.frame_at(headers.bytes_ + at), 0, kPageSize}));
  }
  return headers;
}

}  // namespace mobius::loader
