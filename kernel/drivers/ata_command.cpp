// A disk's commands in its registers: see ata_command.h.
#include "drivers/ata_command.h"

namespace mobius::drivers {
namespace {

constexpr uint64_t kShortEnd = uint64_t{1} << 28;  // what an address of 28 bits can say

uint8_t dma_code(mm::Transfer direction, bool is_long) {
  if (direction == mm::Transfer::Read) {
    return is_long ? ide_command::kReadDmaExt : ide_command::kReadDma;
  }
  return is_long ? ide_command::kWriteDmaExt : ide_command::kWriteDma;
}

uint8_t pio_code(mm::Transfer direction, bool is_long) {
  if (direction == mm::Transfer::Read) {
    return is_long ? ide_command::kReadSectorsExt : ide_command::kReadSectors;
  }
  return is_long ? ide_command::kWriteSectorsExt : ide_command::kWriteSectors;
}

}  // namespace

bool AtaCommand::is_long() const {
  return sectors() > kMaxShortSectors || first_sector + sectors() > kShortEnd;
}

void AtaCommand::issue(IdeTaskFile& registers, unsigned drive, Way way) const {
  const bool wide = is_long();
  const uint32_t count = sectors();
  const auto low = static_cast<uint32_t>(first_sector);
  const auto high = static_cast<uint32_t>(first_sector >> 32);
  const auto write = [&registers](IdeRegister reg, uint32_t value) {
    registers.write(reg, static_cast<uint8_t>(value));
  };
  if (wide) {
    // ATA/ATAPI-6 6.20: each register keeps the value before the last; here the upper halves.
    write(IdeRegister::SectorCount, count >> 8);
    write(IdeRegister::LbaLow, low >> 24);
    write(IdeRegister::LbaMid, high);
    write(IdeRegister::LbaHigh, high >> 8);
  }
  write(IdeRegister::SectorCount, count);  // 256 as 0 in the short form
  write(IdeRegister::LbaLow, low);
  write(IdeRegister::LbaMid, low >> 8);
  write(IdeRegister::LbaHigh, low >> 16);
  const uint32_t top = wide ? 0 : low >> 24;
  write(IdeRegister::Device,
        kIdeDeviceBase | kIdeDeviceLba | (drive == 0 ? 0 : kIdeDeviceSecond) | top);
  write(IdeRegister::Command,
        way == Way::Dma ? dma_code(direction, wide) : pio_code(direction, wide));
  registers.settle();
}

}  // namespace mobius::drivers
