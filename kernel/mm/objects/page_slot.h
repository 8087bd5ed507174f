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
//   Stored    referenced, and in its object's own store alone: paged out to its file
//   Discarded evicted while full of zeros: comes back as such, without I/O
//   Busy      on its way from its store or swap slot: other users wait. A page that cannot be read
//             becomes Swapped or Stored
//
// Everybody may read a slot; only ObjectPages (object_pages.h) may change one. A Resident page may
// keep the swap slot it came from; its frame's record says so, for the record is at hand wherever
// that matters.
#pragma once

#include "base/units.h"
#include "mm/words/policy_page.h"
#include "mm/words/swap_slot.h"

namespace mobius::mm {

enum class SlotKind : uint8_t { Empty, Zero, Backed, Resident, Busy, Swapped, Stored, Discarded };

// The table of moves.
namespace slot_moves {

template <typename... Kinds>
constexpr uint8_t to(Kinds... kinds) {
  return static_cast<uint8_t>((0u | ... | (1u << static_cast<unsigned>(kinds))));
}

inline constexpr uint8_t kFrom[] = {
    /* Empty     */ to(SlotKind::Zero, SlotKind::Backed, SlotKind::Resident, SlotKind::Busy),
    /* Zero      */ to(SlotKind::Resident, SlotKind::Empty),
    /* Backed    */ to(SlotKind::Resident, SlotKind::Empty),
    /* Resident  */ to(SlotKind::Swapped, SlotKind::Stored, SlotKind::Discarded, SlotKind::Empty),
    /* Busy      */ to(SlotKind::Resident, SlotKind::Swapped, SlotKind::Stored),
    /* Swapped   */ to(SlotKind::Busy, SlotKind::Empty),
    /* Stored    */ to(SlotKind::Busy, SlotKind::Empty),
    /* Discarded */ to(SlotKind::Zero, SlotKind::Resident, SlotKind::Empty),
};

}  // namespace slot_moves

class PageSlot {
 public:
  // The states a page can be moved to. `remembered`: what the replacement policy remembers of the
  // page; the other states keep it.
  constexpr PageSlot() = default;  // Empty
  static constexpr PageSlot zero() { return {SlotKind::Zero}; }
  static constexpr PageSlot backed() { return {SlotKind::Backed}; }
  static constexpr PageSlot resident(FrameNumber frame) {
    return {SlotKind::Resident, frame.value};
  }
  // `from`: kNoSwapSlot for a page that comes from its object's store.
  static constexpr PageSlot busy(SwapSlot from) { return {SlotKind::Busy, from.value}; }
  static constexpr PageSlot swapped(SwapSlot slot, Shadow remembered) {
    return {SlotKind::Swapped, slot.value, remembered};
  }
  static constexpr PageSlot stored(Shadow remembered) { return {SlotKind::Stored, 0, remembered}; }
  // Requires: the page is full of zeros.
  static constexpr PageSlot discarded(Shadow remembered) {
    return {SlotKind::Discarded, 0, remembered};
  }
  constexpr PageSlot(const PageSlot&) = default;

  SlotKind kind() const { return kind_; }
  // Modified, as far as folded in from translations and kernel writes.
  bool dirty() const { return dirty_; }
  // What the replacement policy remembers of the page's last eviction.
  Shadow shadow() const { return shadow_; }
  FrameNumber frame() const {
    KASSERT(kind_ == SlotKind::Resident);
    return {word_};
  }
  SwapSlot swap_slot() const {
    KASSERT(kind_ == SlotKind::Swapped || kind_ == SlotKind::Busy);
    return {word_};
  }

  // What is counted of a page follows from these two.
  bool in_frame() const { return kind_ == SlotKind::Resident; }
  // In a swap slot and in no frame, also while it is on its way in.
  bool in_swap() const { return !in_frame() && word_ != 0; }

  // Where a Busy page goes back to that cannot be read.
  PageSlot where_it_came_from() const {
    KASSERT(kind_ == SlotKind::Busy);
    return {word_ == 0 ? SlotKind::Stored : SlotKind::Swapped, word_, shadow_};
  }

  static constexpr bool may_move(SlotKind from, SlotKind to) {
    return (slot_moves::kFrom[static_cast<unsigned>(from)] & slot_moves::to(to)) != 0;
  }

 private:
  friend class ObjectPages;
  friend class SlotTable;  // copies slots into larger tables, and clears them
  constexpr PageSlot(SlotKind kind, uint32_t word = 0, Shadow shadow = kNoShadow)
      : word_(word), kind_(kind), shadow_(shadow) {}
  PageSlot& operator=(const PageSlot&) = default;

  uint32_t word_ = 0;  // Resident: the frame. Swapped, and Busy from there: the swap slot. Else 0
  SlotKind kind_ = SlotKind::Empty;
  bool dirty_ = false;
  Shadow shadow_ = kNoShadow;
};

static_assert(sizeof(PageSlot) == 8);

}  // namespace mobius::mm
