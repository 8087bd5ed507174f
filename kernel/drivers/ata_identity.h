// AtaIdentity: what a hard disk says of itself (IDENTIFY DEVICE), as a pure function over words.
//
// A disk that we cannot use has no sectors here: one that knows no logical block addresses, or has
// sectors of another size than 512 bytes.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace mobius::drivers {

inline constexpr uint32_t kAtaSectorBytes = 512;

struct AtaIdentity {
  uint64_t sectors = 0;
  bool dma = false;
  bool lba48 = false;  // knows the commands with 48-bit addresses
  uint8_t model_length = 0;
  char model_bytes[40] = {};
  // As the disk calls itself, without trailing spaces.
  std::string_view model() const { return {model_bytes, model_length}; }
};

// Whether a disk or packet drive transfers by DMA: it says so in general, or it names a mode.
bool identity_has_dma(std::span<const uint16_t, 256> words);

AtaIdentity parse_ata_identity(std::span<const uint16_t, 256> words);

}  // namespace mobius::drivers
