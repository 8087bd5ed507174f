// ObjectPages: the pages of one VM object, and the one door through which their states change.
//
// move() alone changes what a slot says of its page. What is counted of pages follows from their
// slots, so it is counted there and nowhere else:
//
//                                     of the object   of its address space   in the ledger
//   in a frame (Resident)             resident        resident, peak         given, if promised
//   in a swap slot only (Swapped,     swapped         swapped                given, if promised;
//   and Busy on the way from there)                                          a swap slot in use
#pragma once

#include "base/result.h"
#include "mm/objects/memory_manager.h"
#include "mm/objects/slot_table.h"

namespace mobius::mm {

class ObjectPages {
 public:
  ObjectPages(MemoryManager& manager, PageCount pages)
      : manager_(manager), slots_(manager.heap, pages), footprint_(&manager.of_nobody) {}
  ObjectPages(const ObjectPages&) = delete;
  ObjectPages& operator=(const ObjectPages&) = delete;

  MemoryManager& manager() const { return manager_; }
  // Locks: the memory lock, for all below.
  PageCount pages() const REQUIRES(memory_lock) { return slots_.pages(); }
  SlotTable& slots() REQUIRES(memory_lock) { return slots_; }
  uint32_t resident_pages() const REQUIRES(memory_lock) { return resident_; }
  uint32_t swapped_pages() const REQUIRES(memory_lock) { return swapped_; }

  // Every page's storage is promised: VM_MEM_GUARANTEED.
  bool promised() const REQUIRES(memory_lock) { return promise_.pages() != 0; }
  Promise& promise() REQUIRES(memory_lock) { return promise_; }
  // The pages count in `footprint`: an address space's, or nobody's once a second one has shown
  // them. `footprint` outlives the object, or is replaced before its own end.
  void belong_to(Footprint& footprint) REQUIRES(memory_lock) {
    if (!slots_.untouched()) [[unlikely]] move_to(footprint);
    footprint_ = &footprint;
  }
  bool belongs_to(const Footprint& footprint) const REQUIRES(memory_lock) {
    return footprint_ == &footprint;
  }

  // The slot, made if need be. Fails: OutOfFrames.
  Result<PageSlot*> make_slot(PageIndex page) REQUIRES(memory_lock);
  // SlotTable::resize. Fails: OutOfFrames (nothing has changed).
  Result<void> resize_slots(PageCount pages, FrameClass who = FrameClass::Normal)
      REQUIRES(memory_lock);
  // All slots are there from now on. Fails: OutOfFrames.
  Result<void> make_all_slots(FrameClass who) REQUIRES(memory_lock);
  // SlotTable::give_leaves.
  void give_leaves(PageIndex first, PageIndex end) REQUIRES(memory_lock);

  // The page's state becomes `to`, whose frame is the slot's from here on. The former frame or swap
  // slot is the caller's, and no translation shows that frame.
  // Requires: slot is this object's slot of `page`; may_move(); to Swapped or Stored: not dirty.
  void move(PageIndex page, PageSlot& slot, PageSlot to) REQUIRES(memory_lock);
  // Dirty: the page has been modified. Clean: its contents are about to be written to its store.
  void note_dirty(PageSlot& slot) REQUIRES(memory_lock) { slot.dirty_ = true; }
  void note_clean(PageSlot& slot) REQUIRES(memory_lock) { slot.dirty_ = false; }

 protected:
  ~ObjectPages() REQUIRES(memory_lock) {
    if (!slots_.untouched()) footprint_->slot_bytes -= slot_bytes();
  }
  MemoryManager& manager_;

 private:
  void move_to(Footprint& footprint) REQUIRES(memory_lock);
  uint32_t slot_bytes() const REQUIRES(memory_lock) {
    return static_cast<uint32_t>(slots_.bookkeeping_bytes());
  }
  template <typename F>
  auto change_slots(F&& change) REQUIRES(memory_lock);
  void count_frame(bool has) REQUIRES(memory_lock);
  void count_rest(bool had_frame, bool was_in_swap, PageSlot now) REQUIRES(memory_lock);

  // Ends after the slots below have given their pages back.
  Promise promise_ GUARDED_BY(memory_lock);
  SlotTable slots_ GUARDED_BY(memory_lock);
  uint32_t resident_ GUARDED_BY(memory_lock) = 0, swapped_ GUARDED_BY(memory_lock) = 0;
  Footprint* footprint_ GUARDED_BY(memory_lock);
};

inline void ObjectPages::count_frame(bool has) {
  if (has) {
    ++resident_;
    footprint_->gain();
  } else {
    --resident_;
    footprint_->lose();
  }
}

// Always inline: the kind of `to` is a constant, and most of this goes away.
[[gnu::always_inline]] inline void ObjectPages::move(PageIndex, PageSlot& slot, PageSlot to) {
  using enum SlotKind;
  const SlotKind kind = to.kind();
  KASSERT(PageSlot::may_move(slot.kind(), kind));
  KASSERT((kind != Swapped && kind != Stored) || !slot.dirty());
  const bool had_frame = PageSlot::may_move(Resident, kind) && slot.in_frame();
  const bool from_swap = PageSlot::may_move(Swapped, kind) || PageSlot::may_move(Busy, kind);
  const bool was_in_swap = from_swap && !had_frame && slot.word_ != 0;
  slot.word_ = to.word_;
  slot.kind_ = kind;
  slot.dirty_ = false;
  if (kind == Empty || PageSlot::may_move(Resident, kind)) slot.shadow_ = to.shadow_;
  if (had_frame != to.in_frame()) count_frame(to.in_frame());
  const bool counts_more = was_in_swap || to.in_swap() || promised();
  if (counts_more) [[unlikely]] count_rest(had_frame, was_in_swap, to);
}

}  // namespace mobius::mm
