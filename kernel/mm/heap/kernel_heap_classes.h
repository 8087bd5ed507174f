// The kernel heap's size classes: 16 bytes apart at first, later for each n the biggest multiple of
// 16 of which n fit into a frame behind the slab's header.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace mobius::mm {

inline constexpr size_t kSlabHeader = 32;
inline constexpr size_t kSlabGrain = 16;
inline constexpr size_t kMaxSlabObject = 2032;

// From 288 on: 14, 12, 10, 8, 7, 6, 5, 4, 3 and 2 of them in a frame.
inline constexpr std::array<uint16_t, 22> kSlabSizes = {
    16,  32,  48,  64,  80,  96,  112, 128, 160,  192,  224,
    256, 288, 336, 400, 496, 576, 672, 800, 1008, 1344, kMaxSlabObject};

// The class for each number of grains.
inline constexpr auto kSlabClassOf = [] {
  std::array<uint8_t, kMaxSlabObject / kSlabGrain + 1> table{};
  for (size_t grains = 0; grains < table.size(); ++grains) {
    while (kSlabSizes[table[grains]] < grains * kSlabGrain) ++table[grains];
  }
  return table;
}();

// Requires: 1..kMaxSlabObject bytes.
constexpr unsigned slab_class_of(size_t bytes) {
  return kSlabClassOf[(bytes + kSlabGrain - 1) / kSlabGrain];
}

}  // namespace mobius::mm
