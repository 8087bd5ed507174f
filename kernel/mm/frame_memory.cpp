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

bool FrameMemory::is_zero(FrameNumber f) {
  const auto* word = reinterpret_cast<const uint32_t*>(bytes(0, f));
  const auto* const end = word + kPageSize / sizeof(uint32_t);
  while (word != end && *word == 0) ++word;
  return word == end;
}

// Fletcher's idea with 32 bit words: two instructions a word, for every page goes through here on
// its way out and in.
uint32_t FrameMemory::sum(FrameNumber f, uint32_t seed) {
  const auto* word = reinterpret_cast<const uint32_t*>(bytes(0, f));
  const auto* const end = word + kPageSize / sizeof(uint32_t);
  uint32_t a = seed * 0x9E3779B1u + 1, b = seed;
  for (; word != end; word += 8) {
    for (unsigned i = 0; i < 8; ++i) {
      a += word[i];
      b += a;
    }
  }
  return a ^ (b << 16 | b >> 16);
}

}  // namespace mobius::mm
