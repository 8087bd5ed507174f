// What all VM objects share: references, and pages that come and go.
#include "mm/vm_object.h"

namespace mobius::mm {

void VmObject::drop_reference() {
  KASSERT(references_ > 0);
  if (--references_ > 0) return;
  if (!slots_.untouched()) empty_slots(0, pages());
  KASSERT(resident_ == 0);
  manager_.objects.remove(*this);
  VmObject* backing = backing_;
  destroy();
  if (backing != nullptr) backing->drop_reference();
}

void VmObject::empty_slot(PageSlot& slot) {
  KASSERT(slot.kind != SlotKind::Busy);
  if (slot.kind == SlotKind::Resident) {
    manager_.frames.free(slot.frame(), use_);
    --resident_;
  }
  slot.make_empty();
}

void VmObject::empty_slots(PageIndex first, PageIndex end) {
  slots_.for_each(first, end, [&](PageIndex, PageSlot& slot) { empty_slot(slot); });
}

}  // namespace mobius::mm
