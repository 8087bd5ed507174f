// IDENTIFY DEVICE: ATA/ATAPI-6 8.15; word 106: ATA/ATAPI-7 6.16. Words 49, 53, 62 and 63 mean the
// same in IDENTIFY PACKET DEVICE (8.16); word 62: ATA/ATAPI-7 6.17.
#include "drivers/ata_identity.h"

#include <algorithm>

namespace mobius::drivers {
namespace {

constexpr unsigned kWordModel = 27;
constexpr unsigned kWordCapabilities = 49;
constexpr uint16_t kCapabilityDma = 1u << 8, kCapabilityLba = 1u << 9;
constexpr unsigned kWordValid = 53;
constexpr uint16_t kWord63IsValid = 1u << 1;
constexpr unsigned kWordMultiwordDma = 63;
constexpr uint16_t kMultiwordModes = 7;  // supported; the high byte has the chosen one
constexpr unsigned kWordSectors28 = 60;
constexpr unsigned kWordCommands = 83;
constexpr uint16_t kCommandsLba48 = 1u << 10;
constexpr unsigned kWordSectors48 = 100;
constexpr unsigned kWordSectorSize = 106;
constexpr uint16_t kLongSectors = 1u << 12;

constexpr uint64_t kMaxSectors28 = uint64_t{1} << 28;
constexpr uint64_t kMaxSectors48 = uint64_t{1} << 48;

// Words 83 and 106 hold something where their two highest bits are 01.
bool has_bit(uint16_t word, uint16_t bit) { return (word & 0xC000) == 0x4000 && (word & bit) != 0; }

}  // namespace

bool identity_has_dma(std::span<const uint16_t, 256> words) {
  if ((words[kWordCapabilities] & kCapabilityDma) != 0) return true;
  return (words[kWordValid] & kWord63IsValid) != 0 &&
         (words[kWordMultiwordDma] & kMultiwordModes) != 0;
}

AtaIdentity parse_ata_identity(std::span<const uint16_t, 256> words) {
  AtaIdentity identity;
  for (unsigned i = 0; i < sizeof identity.model_bytes; ++i) {
    const uint16_t word = words[kWordModel + i / 2];
    const auto c = static_cast<uint8_t>(i % 2 == 0 ? word >> 8 : word);
    identity.model_bytes[i] = c >= ' ' && c < 0x7F ? static_cast<char>(c) : ' ';
    if (identity.model_bytes[i] != ' ') identity.model_length = static_cast<uint8_t>(i + 1);
  }
  identity.dma = identity_has_dma(words);
  identity.lba48 = has_bit(words[kWordCommands], kCommandsLba48);
  if ((words[kWordCapabilities] & kCapabilityLba) == 0) return identity;
  if (has_bit(words[kWordSectorSize], kLongSectors)) return identity;
  const uint32_t low = words[kWordSectors28] | uint32_t{words[kWordSectors28 + 1]} << 16;
  identity.sectors = std::min<uint64_t>(low, kMaxSectors28);
  if (!identity.lba48) return identity;
  uint64_t all = 0;
  for (unsigned i = 4; i-- > 0;) all = all << 16 | words[kWordSectors48 + i];
  // Some disks below 2^28 sectors leave the long number out.
  if (all != 0) identity.sectors = std::min(all, kMaxSectors48);
  return identity;
}

}  // namespace mobius::drivers
