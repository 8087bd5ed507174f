// BootVolume: the CD the machine booted from, as the process layer's volume: the first drive with a
// readable disc on the IDE controller, and the ISO 9660 file system on it.
#pragma once

#include "drivers/ide_controller.h"
#include "fs/iso9660.h"
#include "mm/frames/frame_allocator.h"
#include "proc/ports/volume.h"

namespace mobius {

class BootVolume final : public proc::Volume {
 public:
  // All of it outlives the volume. `drives_found`: called once in mount(), where all drives are
  // known and the volume is not yet used; may sleep.
  BootVolume(drivers::IdeController& controller, mm::FrameMemory& memory,
             mm::FrameAllocator& frames, mm::Waiting& waiting, void (*drives_found)())
      : controller_(controller), memory_(memory), frames_(frames), waiting_(waiting),
        drives_found_(drives_found) {}
  BootVolume(const BootVolume&) = delete;

  std::expected<void, std::string_view> mount() override;
  Result<proc::VolumeNode> find(std::string_view path) override;
  Result<void> read(const proc::VolumeNode& node, uint64_t offset, FrameSpan into) override;
  Result<std::optional<proc::VolumeEntry>> next_entry(const proc::VolumeNode& directory,
                                                      uint64_t& cursor) override;

 private:
  drivers::IdeController& controller_;
  mm::FrameMemory& memory_;
  mm::FrameAllocator& frames_;
  mm::Waiting& waiting_;
  void (*const drives_found_)();
  std::optional<fs::Iso9660> iso_;
};

}  // namespace mobius
