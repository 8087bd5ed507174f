// The part of the FrameMemory port that is the same in every world.
#include "mm/ports/frame_memory.h"

namespace mobius::mm {

void FrameMemory::copy(FrameNumber to, FrameNumber from) {
  std::byte* target = bytes(0, to);
  std::memcpy(target, bytes(1, from), kPageSize);
}

void FrameMemory::read(FrameSpan from, void* to) {
  KASSERT(from.offset + from.bytes <= kPageSize);
  std::memcpy(to, bytes(0, from.frame) + from.offset, from.bytes);
}

void FrameMemory::write(FrameSpan to, const void* from) {
  KASSERT(to.offset + to.bytes <= kPageSize);
  std::memcpy(bytes(0, to.frame) + to.offset, from, to.bytes);
}

}  // namespace mobius::mm
