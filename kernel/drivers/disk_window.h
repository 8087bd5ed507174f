// DiskWindow: a run of sectors of a disk (a partition, or all of it) as a page device.
#pragma once

#include "drivers/ata_disk.h"

namespace mobius::drivers {

class DiskWindow final : public mm::PageDevice {
 public:
  // Requires: disk sectors [first_sector, first_sector + pages * kSectorsPerPage) need no more than
  // 64 bits; where the disk ends before, transfers past its end fail.
  DiskWindow(AtaDisk& disk, uint64_t first_sector, uint64_t pages)
      : disk_(disk), first_sector_(first_sector), pages_(pages) {}
  DiskWindow(const DiskWindow&) = delete;

  uint64_t page_count() const override { return pages_; }
  bool gone() const override { return disk_.given_up(); }
  QueueLength queue_length() const override { return {}; }  // DiskQueue, its user, has one
  Result<void> transfer(mm::Transfer direction, uint64_t first,
                        std::span<const FrameNumber> frames) override {
    if (first >= pages_ || frames.size() > pages_ - first) return Failure(Error::BadArgument);
    return disk_.transfer(direction, first_sector_ + first * AtaDisk::kSectorsPerPage, frames);
  }

 private:
  AtaDisk& disk_;
  const uint64_t first_sector_;
  const uint64_t pages_;
};

}  // namespace mobius::drivers
