// What a disk says of itself: IDENTIFY DEVICE words as real and emulated disks have them.
#include "drivers/ata_identity.h"

#include <gtest/gtest.h>

#include <array>

namespace mobius::drivers {
namespace {

using Words = std::array<uint16_t, 256>;

struct DmaWords {
  uint16_t capabilities, valid, multiword;
};

Words words_of(DmaWords dma) {
  Words words{};
  words[49] = dma.capabilities;
  words[53] = dma.valid;
  words[63] = dma.multiword;
  words[60] = 1000;
  return words;
}

TEST(AtaIdentity, DmaIsThereByItsBitOrByAModeThatIsValid) {
  constexpr DmaWords with[] = {
      {0x0B00, 0x0007, 0x0007},  // QEMU
      {0x0300, 0x0000, 0x0000},  // the bit alone
      {0x0200, 0x0007, 0x0407},  // v86: no bit, but modes
      {0x0200, 0x0002, 0x0001},  // the slowest mode is one
  };
  for (const DmaWords& dma : with) {
    EXPECT_TRUE(identity_has_dma(words_of(dma))) << dma.capabilities << " " << dma.multiword;
    EXPECT_TRUE(parse_ata_identity(words_of(dma)).dma);
  }
}

TEST(AtaIdentity, WithoutBitAndModeThereIsNoDma) {
  constexpr DmaWords without[] = {
      {0x0200, 0x0000, 0x0000},
      {0x0200, 0x0005, 0x0407},  // word 63 holds nothing valid
      {0x0200, 0x0002, 0x0000},  // no mode
      {0x0200, 0x0002, 0x0700},  // chosen, but not supported
  };
  for (const DmaWords& dma : without) {
    EXPECT_FALSE(identity_has_dma(words_of(dma))) << dma.valid << " " << dma.multiword;
    EXPECT_FALSE(parse_ata_identity(words_of(dma)).dma);
  }
  Words ultra = words_of({0x0200, 0x0004, 0x0000});
  ultra[88] = 0x203F;  // Ultra DMA alone: the multiword commands are not promised
  EXPECT_FALSE(identity_has_dma(ultra));
}

TEST(AtaIdentity, DmaAndBlockAddressesAreSeparateBits) {
  EXPECT_EQ(parse_ata_identity(words_of({0x0100, 0, 0})).sectors, 0u);
  EXPECT_EQ(parse_ata_identity(words_of({0x0200, 7, 0x0407})).sectors, 1000u);
}

}  // namespace
}  // namespace mobius::drivers
