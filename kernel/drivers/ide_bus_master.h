// IdeBusMaster: the engine that moves a channel's data to and from memory by itself.
//
// Its descriptor table has one entry for each frame (or part of a frame) of a transfer, so no entry
// crosses 64 KiB. The rule that callers build on: after stop() the engine touches no memory.
//
//   table:  | address | bytes || address | bytes || ... | address | bytes, last mark |
#pragma once

#include <span>

#include "base/units.h"
#include "drivers/register_port.h"
#include "mm/words/frame_memory.h"
#include "mm/swap/page_device.h"

namespace mobius::drivers {

class IdeBusMaster {
 public:
  static constexpr uint32_t kMaxFrames = mm::PageDevice::kMaxPages;  // of one transfer
  static constexpr uint32_t kTableBytes = kMaxFrames * 8;

  // `ports`: its eight ports, 0 where the channel has no engine. `table`: kTableBytes for the
  // descriptors alone, 4-aligned, in a direct frame below 4 GiB.
  IdeBusMaster(RegisterPort& port, mm::FrameMemory& memory, uint16_t ports, FrameSpan table)
      : port_(port), memory_(memory), ports_(ports), table_(table) {}

  bool present() const { return ports_ != 0; }
  // Whether the engine can get there: below 4 GiB, whole dwords.
  bool can_reach(FrameSpan span) const;
  bool can_reach(std::span<const FrameNumber> frames) const;

  // Points the stopped engine at memory: Read fills it from the drive, Write empties it to the
  // drive. Requires: present(), can_reach(). Whole frames: 1..kMaxFrames, in their order.
  void prepare_read(FrameSpan into);
  void prepare(mm::Transfer direction, std::span<const FrameNumber> frames);
  // Requires: prepared, and the device has its command.
  void start();
  // Since start: whether the device has interrupted, with all it has sent in memory; whether the
  // engine met a bus error.
  bool interrupted() const;
  bool failed() const;

  enum class End : uint8_t { Complete, Short, BusError };
  // Stops the engine, whatever it is doing, and tells how far it had come: Short where there is
  // memory it was given that it has not moved.
  End stop();

 private:
  struct Descriptor {
    uint32_t address;
    uint32_t bytes;
  };
  Descriptor* table();
  void point_at_table(uint8_t direction);
  void clear_status();
  uint8_t status() const { return port_.in8(status_port()); }
  uint16_t status_port() const;
  RegisterPort& port_;
  mm::FrameMemory& memory_;
  const uint16_t ports_;
  const FrameSpan table_;
  uint8_t direction_ = 0;  // of the command register
};

}  // namespace mobius::drivers
