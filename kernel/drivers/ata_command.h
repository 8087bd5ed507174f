// AtaCommand: one transfer of a hard disk as its registers want it (ATA/ATAPI-6).
#pragma once

#include "drivers/ata_identity.h"
#include "drivers/ide_task_file.h"
#include "mm/swap/page_device.h"

namespace mobius::drivers {

struct AtaCommand {
  static constexpr uint32_t kSectorsPerPage = kPageSize / kAtaSectorBytes;
  static constexpr uint32_t kMaxShortSectors = 256;  // what a count of 8 bits can say
  enum class Way : uint8_t { Pio, Dma };

  mm::Transfer direction;
  uint64_t first_sector;
  std::span<const FrameNumber> frames;

  uint32_t sectors() const { return static_cast<uint32_t>(frames.size()) * kSectorsPerPage; }
  // Whether its numbers need 48 bits of address or more than 8 of count.
  bool is_long() const;
  // Sends it to drive 0 or 1. Requires: that drive is selected and idle.
  void issue(IdeTaskFile& registers, unsigned drive, Way way) const;
};

}  // namespace mobius::drivers
