// The part of the FrameMemory port that is the same in every world.
#include "mm/ports/frame_memory.h"

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

// Fletcher's idea with 32 bit words. Every page goes through here on its way out and in: g++ must
// not fetch all words first and then run out of registers, which is 5 instructions a word, not 2.6.
[[gnu::optimize("no-schedule-insns2", "no-tree-ter")]]
uint32_t FrameMemory::sum(FrameNumber f, uint32_t seed) {
  const auto* word = reinterpret_cast<const uint32_t*>(bytes(0, f));
  const auto* const end = word + kPageSize / sizeof(uint32_t);
  uint32_t a = seed * 0x9E3779B1u + 1, b = seed;
  auto add = [&](uint32_t next) {
    a += next;
    b += a;
  };
  for (; word != end; word += 8) {  // written out: a loop over eight stays a loop
    add(word[0]), add(word[1]), add(word[2]), add(word[3]);
    add(word[4]), add(word[5]), add(word[6]), add(word[7]);
  }
  return a ^ (b << 16 | b >> 16);
}

}  // namespace mobius::mm
