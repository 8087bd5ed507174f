// Reading numbers out of ISO 9660's bytes: any alignment, any host. Numbers that are recorded in
// both byte orders are read from their little-endian half.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/assert.h"

namespace mobius::fs {

// Requires: the bytes read lie inside `at`.
inline uint8_t u8(std::span<const std::byte> at, size_t offset) {
  KASSERT(offset < at.size());
  return static_cast<uint8_t>(at[offset]);
}
inline uint16_t le16(std::span<const std::byte> at, size_t offset) {
  return static_cast<uint16_t>(u8(at, offset) | u8(at, offset + 1) << 8);
}
inline uint32_t le32(std::span<const std::byte> at, size_t offset) {
  return le16(at, offset) | static_cast<uint32_t>(le16(at, offset + 2)) << 16;
}

}  // namespace mobius::fs
