// PageSlot: the truth about one page of a VM object. Eight bytes; all zero bits mean Empty.
//
// A translation map entry is only a cache of this: it can be dropped at any time, once its dirty
// bit has been folded in here. The states programs see (docs/memory.md) follow from the kind:
//
//   Empty     never referenced: uncommitted
//   Zero      only ever read: shows the machine's one frame of zeros (committed, clean)
//   Backed    referenced, and still what the backing object has: committed and clean while the
//             backing page is resident, otherwise paged out to its file
//   Resident  in a frame of its own (committed; dirty once modified)
//   Swapped   in a swap slot and in no frame (paged out)
//   Discarded evicted while full of zeros: comes back as such, without I/O
//   Busy      on its way from its backing store or swap slot: others wait. It falls back to where
//             it comes from if it cannot be read
//
// A Resident page may keep the swap slot it came from; its frame's record says so, for the record
// is at hand wherever that matters.
#pragma once

#include "base/units.h"
#include "mm/replacement/policy.h"
#include "mm/swap_slot.h"

namespace mobius::mm {

enum class SlotKind : uint8_t { Empty, Zero, Backed, Resident, Busy, Swapped, Discarded };

struct PageSlot {
  uint32_t word = 0;  // Resident: the frame. Swapped, and Busy from there: the swap slot. Else 0
  SlotKind kind = SlotKind::Empty;
  bool dirty = false;  // modified, as far as folded in from translations and kernel writes
  Shadow shadow = kNoShadow;  // what the replacement policy remembers of the page's last eviction

  FrameNumber frame() const {
    KASSERT(kind == SlotKind::Resident);
    return {word};
  }
  SwapSlot swap_slot() const {
    KASSERT(kind == SlotKind::Swapped || kind == SlotKind::Busy);
    return {word};
  }
  void make_zero() { move_to(SlotKind::Zero); }
  void make_backed() { move_to(SlotKind::Backed); }
  // From Swapped it keeps the swap slot.
  void make_busy() { move_to(SlotKind::Busy); }
  void make_resident(FrameNumber frame) {
    move_to(SlotKind::Resident);
    word = frame.value;
    dirty = false;
  }
  // The frame is on its way out. Requires: not dirty, no translation shows it.
  void make_swapped(SwapSlot slot, Shadow remembered) {
    KASSERT(!dirty && slot != kNoSwapSlot);
    move_to(SlotKind::Swapped);
    word = slot.value;
    shadow = remembered;
  }
  // Requires: the page is full of zeros, no translation shows it.
  void make_discarded(Shadow remembered) {
    move_to(SlotKind::Discarded);
    word = 0;
    dirty = false;
    shadow = remembered;
  }
  // Busy is over, and nothing has come of it.
  void fall_back() { move_to(word == 0 ? SlotKind::Empty : SlotKind::Swapped); }
  // Back to never referenced. Requires: frame and swap slot, if any, have been taken care of.
  void make_empty(Shadow remembered = kNoShadow) {
    word = 0;
    kind = SlotKind::Empty;
    dirty = false;
    shadow = remembered;
  }

  static constexpr bool may_move(SlotKind from, SlotKind to) {
    using enum SlotKind;
    switch (from) {
      case Empty: return to == Zero || to == Backed || to == Resident || to == Busy;
      case Zero:
      case Backed: return to == Resident || to == Empty;
      case Resident: return to == Swapped || to == Discarded || to == Empty;
      case Swapped: return to == Busy || to == Empty;
      case Discarded: return to == Zero || to == Resident || to == Empty;
      case Busy: return to == Resident || to == Swapped || to == Empty;
    }
    return false;
  }

 private:
  void move_to(SlotKind to) {
    KASSERT(may_move(kind, to));
    kind = to;
  }
};

static_assert(sizeof(PageSlot) == 8);

}  // namespace mobius::mm
