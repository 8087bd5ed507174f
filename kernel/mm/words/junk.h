// Junk: what memory that is nobody's holds in the builds for tests (MOBIUS_DEBUG_FILL). Frames and
// heap blocks are full of it when they are handed out unzeroed, and again when they have been given
// back, so that tests see code that reads what it has not written, or uses what it has given back.
// In the other builds nothing is filled.
#pragma once

#include <cstddef>

#include "mm/words/frame_memory.h"

namespace mobius::mm {

inline constexpr bool kFillsWithJunk = MOBIUS_FILL_WITH_JUNK;
inline constexpr std::byte kFreshJunk{0xA5}, kFreedJunk{0x5A};

// n frames from `first` on.
inline void fill_with_junk(FrameMemory& memory, FrameNumber first, uint32_t n, std::byte junk) {
  if constexpr (!kFillsWithJunk) return;
  for (uint32_t i = 0; i < n; ++i) memory.fill(first + i, junk);
}

}  // namespace mobius::mm
