// What all VM objects share: references, and pages that come and go.
#include "mm/vm_object.h"

#include "mm/residency.h"
#include "mm/swap_pager.h"

namespace mobius::mm {

VmObject::VmObject(MemoryManager& manager, PageCount pages, FrameUse use, VmObject* backing)
    : ObjectPages(manager, pages), backing_(backing), use_(use) {
  if (backing_ != nullptr) {
    backing_->add_reference();
    backing_->fronts_.push_back(*this);
  }
  manager_.objects.push_back(*this);
}

void VmObject::drop_reference() {
  KASSERT(references_ > 0);
  if (--references_ > 0) return;
  if (!slots().untouched()) empty_slots(0, pages());
  KASSERT(resident_pages() == 0);
  manager_.objects.remove(*this);
  VmObject* backing = backing_;
  if (backing != nullptr) backing->fronts_.remove(*this);
  destroy();
  if (backing != nullptr) backing->drop_reference();
}

// True where the frame can be freed at once. Otherwise its writer does it, when it is done.
bool VmObject::let_go(FrameRecord& record) {
  manager_.residency->left(record);
  const bool writing = record.marks.has(PageMark::Writing);
  if (!writing) manager_.swap->drop_copy(record);
  record.marks = writing ? PageMarks::of({PageMark::Writing, PageMark::Orphan}) : PageMarks{};
  return !writing;
}

void VmObject::empty_slot(PageIndex page, PageSlot& slot) {
  KASSERT(slot.kind() != SlotKind::Busy);
  if (slot.kind() == SlotKind::Resident) {
    FrameRecord& record = manager_.frames.record(slot.frame());
    if (record.marks.none() || let_go(record)) [[likely]] manager_.frames.free(record);
  } else if (slot.kind() == SlotKind::Swapped) {
    manager_.swap->give(slot.swap_slot());
  }
  move(page, slot, PageSlot());
}

bool VmObject::any_busy(PageIndex first, PageIndex end) {
  bool busy = false;
  slots().for_each(first, end,
                  [&](PageIndex, PageSlot& slot) { busy |= slot.kind() == SlotKind::Busy; });
  return busy;
}

void VmObject::empty_slots(PageIndex first, PageIndex end) {
  slots().for_each(first, end, [&](PageIndex page, PageSlot& slot) REQUIRES(memory_lock) {
    empty_slot(page, slot);
  });
}

void VmObject::empty_idle_slots(PageIndex first, PageIndex end) {
  slots().for_each(first, end, [&](PageIndex page, PageSlot& slot) REQUIRES(memory_lock) {
    if (slot.kind() != SlotKind::Busy) empty_slot(page, slot);
  });
}

// The reference keeps the object, the Busy slot keeps everybody else off the frame.
Result<void> VmObject::read_in(PageIndex index, Claim claim) {
  OwnedFrame frame;
  {
    LockGuard guard(manager_.lock);
    ObjectReference keep(this);  // taken by the caller, under the lock, before it let go
    PageSlot* slot = TRY(slots().get(index));
    if (slot->kind() != SlotKind::Empty) return {};
    frame = TRY(manager_.frames.allocate(use_, Placement::Any, Fill::None, claim));
    // From here on nothing fails.
    move(index, *slot, PageSlot::busy(kNoSwapSlot));
    ++manager_.under_way;
    (void)keep.release();
  }
  Result<void> read = read_page(index, frame.number());
  LockGuard guard(manager_.lock);
  ObjectReference drop(this);
  PageSlot* slot = slots().find(index);
  if (read) {
    install(*slot, index, std::move(frame));
    ++manager_.stats.pages_in;
    ++manager_.stats.ios_in;
    if (Residency* const residency = manager_.residency) {
      residency->faulted_in(manager_.frames.record(slot->frame()), slot->shadow());
    }
  } else {
    move(index, *slot, slot->where_it_came_from());
  }
  --manager_.under_way;
  manager_.waiting.wake(&manager_.under_way);
  manager_.waiting.wake(this);
  return read;
}

}  // namespace mobius::mm
