// FrameRecord: what is known about one frame of RAM. Records exist only for sections of memory
// that hold RAM (R04): one record is 32 bytes on i386, 0.8 % of the memory it describes.
#pragma once

#include <cstdint>

#include "base/units.h"
#include "mm/replacement/policy.h"
#include "mm/swap_slot.h"

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
  Driver,        // buffers a device reads and writes
  ZeroFrame,     // the one frame of zeros that untouched pages show when read
};

// What `count` says of the frame of an object's page: why it cannot simply be freed.
namespace page_mark {
inline constexpr uint16_t kTracked = 1;   // the replacement policy knows it, or has it as a victim
inline constexpr uint16_t kHasSlot = 2;   // `swap_slot` is the page's, and holds what the frame has
inline constexpr uint16_t kWriting = 4;   // being written to `swap_slot`
inline constexpr uint16_t kOrphan = 8;    // freed meanwhile: the writer frees it when it is done
inline constexpr uint16_t kLocked = 16;   // by VmmLock: never evicted
inline constexpr uint16_t kStuck = 32;    // could not be written: left alone (pageout.h)
inline constexpr uint16_t kLocking = 64;  // by a VmmLock that has not returned
}  // namespace page_mark

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
  SwapSlot swap_slot = kNoSwapSlot;  // meaningful with kHasSlot or kWriting, and on standby
  // One word, which the allocator compares and sets as a whole.
  union {
    uint32_t state;
    struct {
      // The user's own: present entries of a page table, objects in a slab, marks of an object's
      // page (page_mark). While free: the zone.
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
