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
//   Busy      being read from its backing store by some thread: others wait
//
// Legal moves: Empty -> Zero | Backed | Resident | Busy; Zero -> Resident; Backed -> Resident;
// Busy -> Resident | Empty; and anything but Busy -> Empty (discard, free).
#pragma once

#include "base/units.h"

namespace mobius::mm {

enum class SlotKind : uint8_t { Empty, Zero, Backed, Resident, Busy };

struct PageSlot {
  FrameNumber frame_{0};  // Resident only
  SlotKind kind = SlotKind::Empty;
  bool dirty = false;  // modified, as far as folded in from translations and kernel writes
  uint16_t spare = 0;

  FrameNumber frame() const {
    KASSERT(kind == SlotKind::Resident);
    return frame_;
  }
  void make_zero() { move_to(SlotKind::Zero); }
  void make_backed() { move_to(SlotKind::Backed); }
  void make_busy() { move_to(SlotKind::Busy); }
  void make_resident(FrameNumber frame) {
    move_to(SlotKind::Resident);
    frame_ = frame;
    dirty = false;
  }
  // Back to never referenced. Requires: the frame, if any, has been taken care of.
  void make_empty() {
    kind = SlotKind::Empty;
    dirty = false;
  }

  static constexpr bool may_move(SlotKind from, SlotKind to) {
    switch (from) {
      case SlotKind::Empty: return to != SlotKind::Empty;
      case SlotKind::Zero: return to == SlotKind::Resident || to == SlotKind::Empty;
      case SlotKind::Backed: return to == SlotKind::Resident || to == SlotKind::Empty;
      case SlotKind::Resident: return to == SlotKind::Empty;
      case SlotKind::Busy: return to == SlotKind::Resident || to == SlotKind::Empty;
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
