// What all VM objects share: references, and pages that come and go.
#include "mm/vm_object.h"

#include "mm/pageout.h"

namespace mobius::mm {

VmObject::VmObject(MemoryManager& manager, PageCount pages, FrameUse use, VmObject* backing)
    : manager_(manager),
      slots_(manager.heap, pages),
      backing_(backing),
      footprint_(&manager.of_nobody),
      use_(use) {
  if (backing_ != nullptr) {
    backing_->add_reference();
    backing_->fronts_.push_back(*this);
  }
  manager_.objects.push_back(*this);
}

void VmObject::drop_reference() {
  KASSERT(references_ > 0);
  if (--references_ > 0) return;
  if (!slots_.untouched()) empty_slots(0, pages());
  KASSERT(resident_ == 0);
  manager_.objects.remove(*this);
  VmObject* backing = backing_;
  if (backing != nullptr) backing->fronts_.remove(*this);
  destroy();
  if (backing != nullptr) backing->drop_reference();
}

void VmObject::went_to_swap() {
  ++swapped_;
  ++footprint_->swapped;
}

void VmObject::came_from_swap() {
  --swapped_;
  --footprint_->swapped;
}

void VmObject::belong_to(Footprint& footprint) {
  footprint_->resident -= resident_;
  footprint_->swapped -= swapped_;
  footprint_ = &footprint;
  footprint_->resident += resident_;
  footprint_->swapped += swapped_;
}

void VmObject::empty_slot(PageSlot& slot) {
  KASSERT(slot.kind != SlotKind::Busy);
  const bool given = slot.kind == SlotKind::Resident || slot.kind == SlotKind::Swapped;
  if (given && promised()) manager_.promises.owe_again();
  if (slot.kind == SlotKind::Resident) {
    FrameRecord& record = manager_.frames.record(slot.frame());
    if (record.count == 0 || manager_.pageout->forget(record)) [[likely]] {
      manager_.frames.free(record);
    }
    lost_frame();
  } else if (slot.kind == SlotKind::Swapped) {
    manager_.pageout->swap().give(slot.swap_slot());
    came_from_swap();
  }
  slot.make_empty();
}

bool VmObject::any_busy(PageIndex first, PageIndex end) {
  bool busy = false;
  slots_.for_each(first, end,
                  [&](PageIndex, PageSlot& slot) { busy |= slot.kind == SlotKind::Busy; });
  return busy;
}

void VmObject::empty_slots(PageIndex first, PageIndex end) {
  slots_.for_each(first, end, [&](PageIndex, PageSlot& slot) REQUIRES(memory_lock) {
    empty_slot(slot);
  });
}

void VmObject::empty_idle_slots(PageIndex first, PageIndex end) {
  slots_.for_each(first, end, [&](PageIndex, PageSlot& slot) REQUIRES(memory_lock) {
    if (slot.kind != SlotKind::Busy) empty_slot(slot);
  });
}

// The reference keeps the object, the Busy slot keeps everybody else off the frame.
Result<void> VmObject::read_in(PageIndex index, Claim claim) {
  OwnedFrame frame;
  {
    LockGuard guard(manager_.lock);
    ObjectReference keep(this);  // taken by the caller, under the lock, before it let go
    PageSlot* slot = TRY(slots_.get(index));
    if (slot->kind != SlotKind::Empty) return {};
    frame = TRY(manager_.frames.allocate(use_, Placement::Any, Fill::None, claim));
    // From here on nothing fails.
    slot->make_busy();
    ++manager_.under_way;
    (void)keep.release();
  }
  Result<void> read = read_page(index, frame.number());
  LockGuard guard(manager_.lock);
  ObjectReference drop(this);
  PageSlot* slot = slots_.find(index);
  if (read) {
    install(*slot, index, std::move(frame));
    ++manager_.stats.pages_in;
    ++manager_.stats.ios_in;
    if (PageOut* const pageout = manager_.pageout) {
      pageout->faulted_in(manager_.frames.record(slot->frame()), slot->shadow);
    }
  } else {
    slot->fall_back();
  }
  --manager_.under_way;
  manager_.waiting.wake(&manager_.under_way);
  manager_.waiting.wake(this);
  return read;
}

}  // namespace mobius::mm
