// The part of the FrameMemory port that is the same in every world.
#include "mm/words/frame_memory.h"

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
// would not see two signs change. The three rotations without a factor between them add up to no
// fewer than 7 places and no more than 24, whichever of them: a small number that is added to one
// of the four words is no small number at another. Every page goes through here on its way out and
// in.
uint32_t FrameMemory::sum(FrameNumber f, uint32_t seed) {
  const auto* word = reinterpret_cast<const uint32_t*>(bytes(0, f));
  const auto* const end = word + kPageSize / sizeof(uint32_t);
  uint32_t a = seed * 0x9E3779B1u + 1;
  auto add = [&](const uint32_t* four) {
    a = std::rotl(a, 13) * 0x9E3779B1u + four[0];
    a = std::rotl(a, 7) + four[1];
    a = std::rotl(a, 10) + four[2];
    a = std::rotl(a, 7) + four[3];
  };
  for (; word != end; word += 32) {  // written out: a loop over eight stays a loop
    add(word), add(word + 4), add(word + 8), add(word + 12);
    add(word + 16), add(word + 20), add(word + 24), add(word + 28);
  }
  return a;
}

}  // namespace mobius::mm
