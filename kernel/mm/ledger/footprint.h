// Footprint: what an address space has of its own: the pages of objects that nobody else shows, and
// what the kernel keeps for these. Counted where pages come and go, so that the answer needs no
// walk over its regions.
#pragma once

#include <algorithm>
#include <cstdint>

namespace mobius::mm {

struct Footprint {
  uint32_t resident = 0;  // in frames
  uint32_t swapped = 0;   // in swap slots and in no frame, those on their way in included
  uint32_t slot_bytes = 0;  // of the tables of page slots

  // The most that `resident` has been. It is noted only when a page goes: coming is the hot path.
  uint32_t peak() const { return std::max(peak_, resident); }
  void gain() { ++resident; }
  void lose(uint32_t pages = 1) {
    peak_ = peak();
    resident -= pages;
  }

 private:
  uint32_t peak_ = 0;
};

}  // namespace mobius::mm
