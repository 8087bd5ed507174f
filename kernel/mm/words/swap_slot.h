// SwapSlot: the number of a page-sized place in swap space, from 1 on. 0 is none.
#pragma once

#include <compare>
#include <cstdint>

namespace mobius::mm {

struct SwapSlot {
  uint32_t value = 0;
  constexpr auto operator<=>(const SwapSlot&) const = default;
};
inline constexpr SwapSlot kNoSwapSlot{0};

constexpr SwapSlot operator+(SwapSlot s, uint32_t n) { return {s.value + n}; }

}  // namespace mobius::mm
