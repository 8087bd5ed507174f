// From a page of an object to the translations that may show it: through the regions that view the
// object and, for an image, those that view the private objects in front of it.
#pragma once

#include "mm/address_space.h"

namespace mobius::mm {

// Calls f(AddressSpace&, VirtAddr) for every place where the page can be seen. Whether it is, and
// with which frame, the translation map says: in front of an image there may be a private copy.
template <typename F>
void for_each_view(VmObject& object, PageIndex page, F&& f) REQUIRES(memory_lock) {
  for (Region& region : object.views()) {
    if (region.shows(page)) f(*region.space, region.address_of(page));
  }
  for (VmObject& front : object.fronts()) for_each_view(front, page, f);
}

}  // namespace mobius::mm
