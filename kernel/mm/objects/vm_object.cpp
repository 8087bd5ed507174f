// What all VM objects share: references, and pages that come and go.
#include "mm/objects/vm_object.h"

#include "mm/objects/residency.h"

namespace mobius::mm {

VmObject::VmObject(MemoryManager& manager, PageCount pages, FrameUse use, VmObject* backing)
    : ObjectPages(manager, pages), source_(backing), store_(nullptr), use_(use),
      birth_(++manager.objects_made) {
  if (backing != nullptr) {
    KASSERT(backing->source() == backing);  // faults ask its pager, and no other behind it
    backing->add_reference();
    backing->private_objects().push_back(*this);
  }
  manager_.objects.push_back(*this);
}

VmObject::VmObject(MemoryManager& manager, PageCount pages, FrameUse use, Pager& store)
    : ObjectPages(manager, pages), source_(this), store_(&store), use_(use),
      birth_(++manager.objects_made) {
  manager_.objects.push_back(*this);
}

void VmObject::drop_reference() {
  KASSERT(references_ > 0);
  if (--references_ > 0) return;
  if (!slots().untouched()) empty_slots(0, pages());
  KASSERT(resident_pages() == 0);
  end_offers();
  manager_.objects.remove(*this);
  VmObject* const backing = this->backing();
  if (backing != nullptr) backing->private_objects().remove(*this);
  destroy();
  if (backing != nullptr) backing->drop_reference();
}

// The one who frees the frame: at once, or when it has been written.
VmObject::FreedBy VmObject::let_go(FrameRecord& record) {
  manager_.residency->left(record);
  const bool writing = record.marks.has(PageMark::Writing);
  if (!writing && record.marks.has(PageMark::CleanCopy)) {
    pager().forget({record.swap_slot.value});
  }
  record.marks = writing ? PageMarks::of({PageMark::Writing, PageMark::Orphan}) : PageMarks{};
  return writing ? FreedBy::Writer : FreedBy::Caller;
}

void VmObject::empty_slot(PageIndex page, PageSlot& slot) {
  KASSERT(slot.kind() != SlotKind::Busy);
  if (slot.kind() == SlotKind::Resident) {
    FrameRecord& record = manager_.frames.record(slot.frame());
    if (record.marks.none() || let_go(record) == FreedBy::Caller) [[likely]] {
      manager_.frames.free(record);
    }
  } else if (slot.kind() == SlotKind::Swapped) {
    pager().forget({slot.swap_slot().value});
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

}  // namespace mobius::mm
