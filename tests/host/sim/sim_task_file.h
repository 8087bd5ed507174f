// SimTaskFile: the registers by which a disk is told where, and how much. ATA/ATAPI-6, 6.20: those
// of a long address are written twice, and each keeps the value it had before.
#pragma once

#include <array>
#include <cstdint>

namespace mobius::sim {

class SimTaskFile {
 public:
  // Registers 2 to 6 of the command block; others are not here.
  uint8_t read(unsigned offset) const;
  void write(unsigned offset, uint8_t value);

  // What a command that begins now is about.
  uint64_t first(bool is_long) const;
  uint64_t count(bool is_long) const;
  bool is_lba() const { return (device_ & 0x40) != 0; }

 private:
  uint64_t now(int i) const { return values_[i][0]; }
  uint64_t before(int i) const { return values_[i][1]; }

  // Each with the value it had before: SectorCount, LbaLow, LbaMid, LbaHigh.
  std::array<std::array<uint8_t, 2>, 4> values_{};
  uint8_t device_ = 0;
};

}  // namespace mobius::sim
