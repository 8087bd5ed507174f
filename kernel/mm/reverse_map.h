// From a page of an object to the translations that may show it: through the regions that view the
// object and, for an image, those that view the private objects in front of it.
#pragma once

#include "mm/address_space.h"

namespace mobius::mm {

// Calls f(AddressSpace&, VirtAddr) for every place where the page can be seen. Whether it is
// mapped there just now, the translation map says.
template <typename F>
void for_each_view(VmObject& object, PageIndex page, F&& f) REQUIRES(memory_lock) {
  for (Region& region : object.views()) {
    if (region.shows(page)) f(*region.space, region.address_of(page));
  }
  for (VmObject& front : object.fronts()) {
    // Otherwise it shows nothing there, or its own copy.
    const PageSlot* slot = front.slots().find(page);
    if (slot != nullptr && slot->kind() == SlotKind::Backed) for_each_view(front, page, f);
  }
}

// Calls f(AddressSpace&, VirtAddr, Mapping) for every translation of the page. Requires: it is
// resident.
template <typename F>
void for_each_mapping(VmObject& object, PageIndex page, F&& f) REQUIRES(memory_lock) {
  for_each_view(object, page, [&](AddressSpace& space, VirtAddr at) REQUIRES(memory_lock) {
    if (const auto mapping = space.map().find(at)) f(space, at, *mapping);
  });
}

}  // namespace mobius::mm
