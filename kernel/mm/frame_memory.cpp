// The part of the FrameMemory port that is the same in every world.
#include "mm/ports/frame_memory.h"

#include <bit>

namespace mobius::mm {

void FrameMemory::copy(FrameNumber to, FrameNumber from) {
  std::byte* target = bytes(0, to);
  copy_page(target, bytes(1, from));
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

// Every step is a bijection of `a`, so pages that differ in one word never agree; the rotations
// bring high bits down and the factor spreads them, so that changes of two words that belong
// together (signs, a count up and a count down, two words swapped) do not cancel. A sum of sums
// would not see two signs change. Every page goes through here on its way out and in.
uint32_t FrameMemory::sum(FrameNumber f, uint32_t seed) {
  const auto* word = reinterpret_cast<const uint32_t*>(bytes(0, f));
  const auto* const end = word + kPageSize / sizeof(uint32_t);
  uint32_t a = seed * 0x9E3779B1u + 1;
  auto add = [&](uint32_t first, uint32_t second) {
    a = std::rotl(a, 13) + first;
    a = std::rotl(a, 15) * 0x9E3779B1u + second;
  };
  for (; word != end; word += 8) {  // written out: a loop over eight stays a loop
    add(word[0], word[1]), add(word[2], word[3]);
    add(word[4], word[5]), add(word[6], word[7]);
  }
  return a;
}

}  // namespace mobius::mm
