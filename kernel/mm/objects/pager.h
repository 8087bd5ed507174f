// Port: between the pages of an object and the store that keeps them while no frame does.
//
// Each object has one: swap space, which all memory that starts as zeros shares (swap_pager.h), or
// a store of the object's own. The defaults below are those of a store with place n for page n, so
// a new kind of memory overrides has() and transfer() only. Swap space overrides more, for it finds
// places for pages as they go.
//
// Bringing pages in is page_in.h, taking them out eviction.h; both serve every pager.
#pragma once

#include <span>

#include "base/lock.h"
#include "mm/frames/frame_record.h"
#include "mm/objects/page_slot.h"
#include "mm/words/frame_request.h"
#include "mm/words/transfer.h"

namespace mobius::mm {

// Where a store has a page. Pages at places in a row can be moved by one transfer.
struct Place {
  uint32_t value = 0;
  constexpr auto operator<=>(const Place&) const = default;
};
constexpr Place operator+(Place p, uint32_t n) { return {p.value + n}; }

// A page that leaves its frame: at once, for it can be had again as it is; or it is written first.
enum class Fate : uint8_t { Goes, Written };

class Pager;
class VmObject;

// A page on its way out.
struct PageWrite {
  enum class End : uint8_t { NotWritten, Written, BadPlace };

  FrameRecord* record = nullptr;
  Pager* pager = nullptr;    // of the page's object, which may be gone when the write ends
  VmObject* held = nullptr;  // that object, by a reference, where the pager is its own store
  Place to{};
  End end = End::NotWritten;
};

class Pager {
 public:
  static constexpr uint32_t kMaxCluster = 32;

  // Moves pages between frames and the places from `first` on; the thread sleeps meanwhile.
  // Requires: 1..kMaxCluster frames.
  // Fails: IoError (any part may have been moved), TimedOut (the store does not answer: no other
  // transfer is worth trying in its place), OutOfFrames.
  virtual Result<void> transfer(Transfer direction, Place first,
                                std::span<const FrameNumber> frames) EXCLUDES(memory_lock) = 0;

  // ---- Locks: the memory lock, for all below ----
  // Whether the store has something of a page that was never referenced. False: it is zeros.
  virtual bool has(PageIndex page) const REQUIRES(memory_lock) = 0;

  // Pages that come in by one transfer, at most.
  virtual uint32_t cluster() const { return kMaxCluster; }
  // No transfer will succeed any more.
  virtual bool is_gone() const REQUIRES(memory_lock) { return false; }
  // The class of the request for an incoming page's frame: Returning where the ledger counts on the
  // page's going again.
  virtual FrameClass frame_class() const REQUIRES(memory_lock) { return FrameClass::Growth; }
  // The frame, soon the page's, holds the bytes read from the place. False: they are not the bytes
  // that were written there.
  virtual bool came_in(FrameRecord&, Place) REQUIRES(memory_lock) { return true; }

  // What evicting the page takes. `slot` says whether it has been modified.
  virtual Fate fate_of(FrameRecord&, const PageSlot& slot) REQUIRES(memory_lock) {
    return slot.dirty() ? Fate::Written : Fate::Goes;
  }
  // Whether evicting the page lets the ledger promise one more, because it takes no swap slot.
  virtual bool adds_to_ledger(const FrameRecord&) const REQUIRES(memory_lock) { return true; }
  // Finds places for pages, which are in the order of their objects and indices. Returns n: the
  // first n pages have places.
  virtual uint32_t assign(std::span<PageWrite> pages) REQUIRES(memory_lock) {
    for (PageWrite& page : pages) page.to = Place{page.record->index};
    return static_cast<uint32_t>(pages.size());
  }
  // How the write of an assigned page has ended; NotWritten also for an orphan (page_marks.h).
  virtual void wrote(FrameRecord&, Place, PageWrite::End) REQUIRES(memory_lock) {}
  // The state of a page without a copy in a swap slot once its frame has gone. Requires: the page's
  // fate was to go, or the page has been written.
  virtual PageSlot away(const FrameRecord& record, Shadow remembered) const
      REQUIRES(memory_lock) {
    return has(record.index) ? PageSlot::stored(remembered) : PageSlot::discarded(remembered);
  }
  // The page at this place will not be read again.
  virtual void forget(Place) REQUIRES(memory_lock) {}

 protected:
  ~Pager() = default;
};

}  // namespace mobius::mm
