// decide(): what to do about a page fault, as a pure table over everything that matters.
//
// All combinations are enumerated by tests against the rules below, some by static_assert here.
// Nothing else in the kernel decides what a fault means.
#pragma once

#include "mm/fault.h"
#include "mm/page_slot.h"

namespace mobius::mm {

// Where a page of the backing object is, for a private object that does not have its own.
enum class BackingState : uint8_t {
  None,      // no backing, or nothing in it: the page starts as zeros
  Absent,    // must be read first
  Busy,      // some thread is reading it
  Resident,
};

struct FaultFacts {
  Access allowed;      // by the region; None also where there is no region
  FaultAccess access;  // what was tried
  SlotKind slot;       // of the region's object
  BackingState backing;
};

enum class FaultAction : uint8_t {
  Refuse,          // not allowed: the access ends the process
  Wait,            // the page is on its way: wait, then look again
  ReadBacking,     // read the backing page, then look again
  MapZeroFrame,    // show the frame of zeros, read-only; the slot becomes Zero
  ZeroFill,        // give the page a zeroed frame of its own
  ZeroRefill,      // the same, for a page that had one before: that is no growth
  MapBacking,      // show the backing's frame, read-only; the slot becomes Backed
  CopyBacking,     // give the page a copy of the backing's frame
  MapOwn,          // the page is resident: enter it (again) with all the region allows
  PageIn,          // bring the page in from its swap slot, then look again
};

constexpr FaultAction decide(FaultFacts f) {
  const bool write = f.access == FaultAccess::Write;
  if (f.allowed == Access::None) return FaultAction::Refuse;
  if (write && f.allowed != Access::ReadWrite) return FaultAction::Refuse;

  switch (f.slot) {
    case SlotKind::Busy: return FaultAction::Wait;
    case SlotKind::Resident: return FaultAction::MapOwn;
    case SlotKind::Swapped: return FaultAction::PageIn;
    case SlotKind::Discarded: return write ? FaultAction::ZeroRefill : FaultAction::MapZeroFrame;
    case SlotKind::Zero: return write ? FaultAction::ZeroFill : FaultAction::MapZeroFrame;
    case SlotKind::Empty:
    case SlotKind::Backed: break;
  }
  switch (f.backing) {
    case BackingState::None: return write ? FaultAction::ZeroFill : FaultAction::MapZeroFrame;
    case BackingState::Absent: return FaultAction::ReadBacking;
    case BackingState::Busy: return FaultAction::Wait;
    case BackingState::Resident: return write ? FaultAction::CopyBacking : FaultAction::MapBacking;
  }
  __builtin_unreachable();
}

static_assert(decide({Access::None, FaultAccess::Read, SlotKind::Resident, BackingState::None}) ==
              FaultAction::Refuse);
static_assert(decide({Access::Read, FaultAccess::Write, SlotKind::Resident, BackingState::None}) ==
              FaultAction::Refuse);
static_assert(decide({Access::ReadWrite, FaultAccess::Write, SlotKind::Empty,
                      BackingState::None}) == FaultAction::ZeroFill);
static_assert(decide({Access::ReadWrite, FaultAccess::Read, SlotKind::Backed,
                      BackingState::Resident}) == FaultAction::MapBacking);

}  // namespace mobius::mm
