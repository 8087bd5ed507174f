// FrameRecord: what is known about one frame of RAM. Records exist only for sections of memory
// that hold RAM (R04): one record is 32 bytes on i386, 0.8 % of the memory it describes.
#pragma once

#include <cstdint>

#include "base/units.h"
#include "mm/words/page_marks.h"
#include "mm/words/policy_page.h"
#include "mm/words/swap_slot.h"

namespace mobius::mm {

// Who uses a frame. `free` must be told the use it expects, so that a frame freed twice or by a
// stranger is caught.
enum class FrameUse : uint8_t {
  Unusable = 0,  // not RAM, reserved, or taken before the allocator existed
  Free,
  FreeStandby,   // free, and still holding a page that is in swap space (standby_frames.h)
  FreeZeroed,    // in the pool of zeroed frames
  PageTable,     // page directories and page tables
  Slab,          // kernel heap
  SlotTable,     // page slots of a big object
  KernelStack,
  Anonymous,     // a page of an anonymous object
  Image,         // a page of an EXE, as read from its file
  File,          // a page of an object with a store that it can be written back to
  Driver,        // buffers a device reads and writes
  ZeroFrame,     // the one frame of zeros that untouched pages show when read
};

struct FrameRecord : PolicyPage {
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
  SwapSlot swap_slot = kNoSwapSlot;  // with CleanCopy or Writing there, and on standby
  // One word, which the allocator compares and sets as a whole.
  union {
    uint32_t state;
    struct {
      union {
        uint16_t entries;  // of a page table: those that are present
        PageMarks marks;   // of an object's page
        uint16_t zone;     // while free
      };
      FrameUse use;
      uint8_t order;  // of the free or allocated run this frame heads, or one of the two below
    };
  };
};

// `order` of a frame that heads no run: inside a free or allocated run (its use is Free then, also
// in an allocated one: only the head says who uses it), or free and still hot.
inline constexpr uint8_t kOrderInside = 0x40;
inline constexpr uint8_t kOrderHot = 0x41;

constexpr uint32_t frame_state(FrameUse use, uint8_t order, uint16_t zone) {
  return static_cast<uint32_t>(order) << 24 | static_cast<uint32_t>(use) << 16 | zone;
}

}  // namespace mobius::mm
