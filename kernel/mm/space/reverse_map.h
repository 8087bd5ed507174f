// From a page of an object to the translations that may show it: through the regions that view the
// object and, for an image, those that view the private objects in front of it.
#pragma once

#include <algorithm>

#include "mm/space/address_space.h"

namespace mobius::mm {

// Calls f(AddressSpace&, VirtAddr) for every place where the page can be seen. Whether it is
// mapped there just now, the translation map says.
template <typename F>
void for_each_view(VmObject& object, PageIndex page, F&& f) REQUIRES(memory_lock) {
  for (Region& region : object.views()) {
    if (region.shows(page)) f(*region.space, region.address_of(page));
  }
  for (VmObject& front : object.private_objects()) {
    // Otherwise it shows nothing there, or its own copy.
    const PageSlot* slot = front.slots().find(page);
    if (slot != nullptr && slot->kind() == SlotKind::Backed) for_each_view(front, page, f);
  }
}

// Whether a region that is locked shows the page: VmmLock's, by any process.
inline bool is_locked(VmObject& object, PageIndex page) REQUIRES(memory_lock) {
  if (object.locked_views == 0) return false;
  for (const Region& region : object.views()) {
    if (region.locking != Locking::None && region.shows(page)) return true;
  }
  return false;
}

// Those pages of [first, end) that are locked no more may be evicted again.
void let_go_of_locked(VmObject& object, PageIndex first, PageIndex end) REQUIRES(memory_lock);

// Takes the pages of [first, end) out of every map that shows them. What is dirty is folded.
inline void unmap_everywhere(VmObject& object, PageIndex first, PageIndex end)
    REQUIRES(memory_lock) {
  for (Region& region : object.views()) {
    const PageIndex begin = std::max(first, region.first_page);
    const PageIndex stop = std::min(end, region.page_at(region.range.end));
    if (begin >= stop) continue;
    region.space->unmap_folding(region, {region.address_of(begin), region.address_of(stop)});
  }
  for (VmObject& front : object.private_objects()) unmap_everywhere(front, first, end);
}

// The same for the pages of a region. Those of an object that nobody else shows are found faster:
// a block may have any number of parts.
inline void unmap_for_all(AddressSpace& space, Region& region, VirtRange part)
    REQUIRES(memory_lock) {
  VmObject& object = *region.object.get();
  if (object.belongs_to(space.footprint)) {
    space.unmap_unwanted(part);
  } else {
    unmap_everywhere(object, region.page_at(part.begin), region.page_at(part.end));
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
