// usable_frames(): which frames of RAM may be handed out, from what the boot loader says.
//
// Pure: no allocation, no state. The map is believed only as far as it can do no harm: entries may
// be unsorted, overlap, be empty, wrap or lie above 4 GiB; what one entry calls reserved stays
// reserved though another calls it available. A page is usable if one available entry covers all of
// it and no byte of it is reserved. Always reserved, whatever the map says:
//
//   0x00000..0x00FFF   interrupt vectors and BIOS data; page 0 stays unused (R09)
//   0x80000..0xFFFFF   extended BIOS data, video memory, option ROMs, the BIOS
//
// Frames from 4 GiB up are left alone: non-PAE tables cannot reach them (R03).
#pragma once

#include <array>
#include <span>

#include "base/result.h"
#include "base/units.h"

namespace mobius::bootinfo {

// Bytes [begin, end) of physical memory. A range that ends before it begins is empty.
struct PhysRange {
  PhysAddr begin;
  PhysAddr end;
  constexpr bool operator==(const PhysRange&) const = default;
};

// One entry of the firmware's map: `length` bytes from `base`.
struct MemoryMapEntry {
  uint64_t base;
  uint64_t length;
  bool available;  // false: reserved, ACPI, bad, or an unknown type
};

inline constexpr FrameNumber kFramesEnd{1u << (32 - kPageShift)};  // 4 GiB
inline constexpr FrameNumber kFirstUsableFrame{1};
inline constexpr FrameRange kFirmwareFrames{{0x80}, {0x100}};

// Ascending ranges with gaps between them; holds 64. When more are found the smallest go (of equal
// ones the lowest), so a shattered map loses the crumbs: `dropped_frames` says how much.
class UsableFrames {
 public:
  static constexpr unsigned kCapacity = 64;

  std::span<const FrameRange> ranges() const { return {ranges_.data(), count_}; }
  uint32_t total_frames() const;
  uint32_t dropped_frames() const { return dropped_; }

  // Requires: `range` is not empty and begins above the end of every range added before.
  void append(FrameRange range);

 private:
  std::array<FrameRange, kCapacity> ranges_{};
  unsigned count_ = 0;
  uint32_t dropped_ = 0;
};

// The frames of RAM that are free to use: `map` less `reserved` (kernel image, Multiboot
// structures, modules) less the places above. An available entry that runs past 2^64 is not
// believed at all; a reserved one reserves up to the end.
// Costs at most (entries + reserved)^2 steps. Fails: OutOfFrames (nothing usable).
Result<UsableFrames> usable_frames(std::span<const MemoryMapEntry> map,
                                   std::span<const PhysRange> reserved);

}  // namespace mobius::bootinfo
