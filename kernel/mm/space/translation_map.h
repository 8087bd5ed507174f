// Port: what one address space's hardware translation can do (the user half of it).
//
// The map is a cache of the truth in regions and page slots: losing an entry costs a minor fault
// and nothing else, provided its accessed and dirty bits were folded into the slot, which is why
// entries go only by way of unmap. Entries of the current address space are flushed from the TLB
// before these calls return.
#pragma once

#include <optional>

#include "base/units.h"
#include "mm/words/frame_request.h"

namespace mobius::mm {

// What stood in an entry that has just been taken out, or stands in one now.
struct Mapping {
  FrameNumber frame;
  Access access;
  bool accessed;
  bool dirty;
};

// What came of enter().
enum class Entered : uint8_t {
  NoFrame,    // there is none for a page table; nothing has changed
  New,        // the entry is there, where none was
  OverClean,  // the entry is there, in place of another that was not dirty
  OverDirty,  // the same, of one that was dirty
};

// What came of enter_if_ready(): the entry is there, or nothing has changed.
enum class Offered : uint8_t { Taken, Declined };

class MappingVisitor {
 public:
  virtual void visit(VirtAddr page, Mapping mapping) = 0;

 protected:
  ~MappingVisitor() = default;
};

class TranslationMap {
 public:
  // Shows `frame` at the page, in place of what may be there; where there is no page table, a frame
  // for one is asked for with `who`. Requires: page is in the user range; access is not None.
  virtual Entered enter(VirtAddr page, FrameNumber frame, Access access, FrameClass who) = 0;

  // Shows `frame` at the page if nothing is there yet and it needs no new page table: for a page
  // that nobody has asked for. Requires: as enter().
  virtual Offered enter_if_ready(VirtAddr page, FrameNumber frame, Access access) = 0;

  // Takes the entry out, if there is one. The page table goes with its last entry.
  virtual std::optional<Mapping> unmap(VirtAddr page) = 0;

  // unmap() for every mapped page of a range, in address order, at a cost that follows the number
  // of page tables and entries there, not the size of the range. The visitor must not call back.
  virtual void unmap_range(VirtRange range, MappingVisitor& visitor) = 0;

  // Changes what is allowed on a mapped page; accessed and dirty stay as they are. Requires:
  // page is mapped, access is not None.
  virtual void protect(VirtAddr page, Access access) = 0;

  virtual std::optional<Mapping> find(VirtAddr page) const = 0;

  // Whether the page is mapped and has been used since the last call; it counts as unused
  // from now on. Flushes nothing: until flush(), an access may go unnoticed.
  virtual bool take_accessed(VirtAddr page) = 0;
  // Whether the page is mapped and dirty; it is clean from now on, and the next write is noticed.
  virtual bool take_dirty(VirtAddr page) = 0;
  virtual void flush() = 0;

  // Frames used for page tables of the user half, the directory not counted.
  virtual uint32_t table_frames() const = 0;
  // Entries of the user half (for invariants: walks the tables).
  virtual uint32_t mapped_pages() const = 0;

 protected:
  ~TranslationMap() = default;
};

}  // namespace mobius::mm
