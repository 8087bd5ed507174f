// FrameRecord: what is known about one frame of RAM. Records exist only for sections of memory
// that hold RAM (R04): one record is 16 bytes on i386, 0.4 % of the memory it describes.
#pragma once

#include <cstdint>

#include "base/units.h"

namespace mobius::mm {

// Who uses a frame. `free` must be told the use it expects, so that a frame freed twice or by a
// stranger is caught.
enum class FrameUse : uint8_t {
  Unusable = 0,  // not RAM, reserved, or taken before the allocator existed
  Free,
  FreeZeroed,    // in the pool of zeroed frames
  PageTable,     // page directories and page tables
  Slab,          // kernel heap
  SlotTable,     // page slots of a big object
  KernelStack,
  Anonymous,     // a page of an anonymous object
  Image,         // a page of an EXE, as read from its file
  Driver,        // buffers a device reads and writes
  ZeroFrame,     // the one frame of zeros that untouched pages show when read
};

struct FrameRecord {
  constexpr explicit FrameRecord(FrameNumber f)
      : owner(nullptr), prev(nullptr), number(f), state(0) {}

  // While free: neighbours on a free list. While in use: the user's own two words (for object
  // pages `owner` is the VmObject and `index` the page in it).
  union {
    void* owner;
    FrameRecord* next;
  };
  union {
    uint32_t index;
    FrameRecord* prev;
  };
  const FrameNumber number;
  // One word, which the allocator compares and sets as a whole.
  union {
    uint32_t state;
    struct {
      // The user's own: present entries of a page table, objects in a slab. While free: the zone.
      uint16_t count;
      FrameUse use;
      uint8_t order;  // of the free or allocated run this frame heads, or one of the two below
    };
  };
};

// `order` of a frame that heads no run: inside a free or allocated run (its use is Free then, also
// in an allocated one: only the head says who uses it), or free and still hot.
inline constexpr uint8_t kOrderInside = 0x40;
inline constexpr uint8_t kOrderHot = 0x41;

constexpr uint32_t frame_state(FrameUse use, uint8_t order, uint16_t count) {
  return static_cast<uint32_t>(order) << 24 | static_cast<uint32_t>(use) << 16 | count;
}

}  // namespace mobius::mm
