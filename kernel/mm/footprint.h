// Footprint: what pages of its own an address space has. Counted where pages come and go, so that
// the answer needs no walk over its regions.
#pragma once

#include <algorithm>
#include <cstdint>

namespace mobius::mm {

struct Footprint {
  uint32_t resident = 0;  // in frames
  uint32_t swapped = 0;   // in swap slots and in no frame, those on their way in included

  // The most that `resident` has been. It is noted only when a page goes: coming is the hot path.
  uint32_t peak() const { return std::max(peak_, resident); }
  void gain() { ++resident; }
  void lose() {
    peak_ = peak();
    --resident;
  }

 private:
  uint32_t peak_ = 0;
};

}  // namespace mobius::mm
