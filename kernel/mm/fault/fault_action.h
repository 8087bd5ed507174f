// decide(): what to do about a page fault, as a pure table over everything that matters.
//
// All combinations are enumerated by tests against the rules below, some by static_assert here.
// Nothing else in the kernel decides what a fault means.
#pragma once

#include "mm/fault/fault.h"
#include "mm/objects/page_slot.h"

namespace mobius::mm {

// Where the contents are of a page that the region's object has in no frame: in its source, which
// is its backing or itself (vm_object.h).
enum class Source : uint8_t {
  None,      // nowhere: the page starts as zeros
  Absent,    // in the store: it must be read first
  Busy,      // on its way from there
  Resident,  // in a frame of the backing
};

struct FaultFacts {
  Access allowed;      // by the region; None also where there is no region
  FaultAccess access;  // what was tried
  SlotKind slot;       // of the region's object
  Source source;
};

enum class FaultAction : uint8_t {
  Refuse,          // not allowed: the access ends the process
  Wait,            // the page is on its way: wait, then look again
  MapZeroFrame,    // show the frame of zeros, read-only; the slot becomes Zero
  ZeroFill,        // give the page a zeroed frame of its own
  ZeroReplace,     // the same, where the frame of zeros may be shown by now
  ZeroRefill,      // the same, for a page that had one before: that is no growth
  MapBacking,      // show the backing's frame, read-only; the slot becomes Backed
  CopyBacking,     // give the page a copy of the backing's frame
  MapOwn,          // the page is resident: enter it (again) with all the region allows
  PageIn,          // bring the page in, or the one of its backing, then look again
};

// A page that its own object says nothing of is as its source has it.
constexpr FaultAction decide_by_source(Source source, FaultAccess access) {
  const bool write = access == FaultAccess::Write;
  switch (source) {
    case Source::None: return write ? FaultAction::ZeroFill : FaultAction::MapZeroFrame;
    case Source::Absent: return FaultAction::PageIn;
    case Source::Busy: return FaultAction::Wait;
    case Source::Resident: return write ? FaultAction::CopyBacking : FaultAction::MapBacking;
  }
  __builtin_unreachable();
}

constexpr FaultAction decide(FaultFacts f) {
  const bool write = f.access == FaultAccess::Write;
  if (f.allowed == Access::None) return FaultAction::Refuse;
  if (write && f.allowed != Access::ReadWrite) return FaultAction::Refuse;
  if (f.slot == SlotKind::Empty) [[likely]] return decide_by_source(f.source, f.access);

  switch (f.slot) {
    case SlotKind::Empty:
    case SlotKind::Backed: return decide_by_source(f.source, f.access);
    case SlotKind::Busy: return FaultAction::Wait;
    case SlotKind::Resident: return FaultAction::MapOwn;
    case SlotKind::Swapped: return FaultAction::PageIn;
    case SlotKind::Discarded: return write ? FaultAction::ZeroRefill : FaultAction::MapZeroFrame;
    case SlotKind::Zero: return write ? FaultAction::ZeroReplace : FaultAction::MapZeroFrame;
    case SlotKind::Stored: return FaultAction::PageIn;
  }
  __builtin_unreachable();
}

static_assert(decide({Access::None, FaultAccess::Read, SlotKind::Resident, Source::None}) ==
              FaultAction::Refuse);
static_assert(decide({Access::Read, FaultAccess::Write, SlotKind::Resident, Source::None}) ==
              FaultAction::Refuse);
static_assert(decide({Access::ReadWrite, FaultAccess::Write, SlotKind::Empty,
                      Source::None}) == FaultAction::ZeroFill);
static_assert(decide({Access::ReadWrite, FaultAccess::Read, SlotKind::Backed,
                      Source::Resident}) == FaultAction::MapBacking);

}  // namespace mobius::mm
