// SwapDevices: the swap space this machine has, looked for at boot.
//
// Every IDE disk is looked at: a disk that begins with our header is swap space as a whole; of a
// disk with a partition table, the partitions of type 0x82 with our header in their first page.
// The first one found is used. Whatever else is on a disk is read once and never written. One line
// in the log for each find:
//
//   swap: disk 0 channel 0: 65535 pages
//   swap: disk 1 channel 0 partition 2: wrong signature, not used
//   swap: disk 1 channel 0 partition 3: a further swap device, not used
#pragma once

#include <optional>

#include "base/text.h"
#include "drivers/disk_queue.h"
#include "drivers/disk_window.h"
#include "drivers/ide_controller.h"
#include "mm/frames/frame_allocator.h"
#include "mm/swap/swap_header.h"

namespace mobius {

class SwapDevices {
 public:
  // All of it outlives the device.
  SwapDevices(drivers::IdeController& controller, mm::FrameMemory& memory,
              mm::FrameAllocator& frames, mm::Waiting& waiting, void (*log)(std::string_view))
      : controller_(controller), memory_(memory), frames_(frames), waiting_(waiting), log_(log) {}
  SwapDevices(const SwapDevices&) = delete;

  // Looks on all disks. Called once, after the controller's find_drives(), in a thread that may
  // sleep. What cannot be read or is refused is in the log.
  void find();

  // The device without its header: its page 0 is the first one to put something in. Null where
  // there is none.
  mm::PageDevice* first() { return first_ ? &first_->queue : nullptr; }

 private:
  struct Device {
    Device(drivers::AtaDisk& disk, uint64_t first_sector, uint64_t pages, mm::Waiting& waiting)
        : window(disk, first_sector, pages), queue(window, waiting) {}
    drivers::DiskWindow window;
    drivers::DiskQueue queue;
  };
  // Where a header may be.
  struct Place {
    drivers::AtaDisk& disk;
    unsigned channel, drive;
    unsigned partition;  // 1..4; 0: the whole disk
    uint64_t first_sector, sectors;
  };
  using Line = TextBuffer<160>;

  void look_at_disk(drivers::AtaDisk& disk, unsigned channel, unsigned drive);
  void look_at_partitions(const Place& disk);
  // Whether there was a page to look at. Then it is in the frame.
  bool read_first_page(const Place& place);
  void judge(const Place& place);
  void refuse(const Place& place, std::string_view why);
  static void begin_line(Line& line, const Place& place);

  drivers::IdeController& controller_;
  mm::FrameMemory& memory_;
  mm::FrameAllocator& frames_;
  mm::Waiting& waiting_;
  void (*const log_)(std::string_view);
  FrameNumber page_;  // while find() runs
  std::optional<Device> first_;
};

}  // namespace mobius
