// The steps: see steps.h.
#include "mm/steps.h"

#include <algorithm>

namespace mobius::mm {

VirtRange part_before(Region& region, VirtAddr cursor, VirtAddr floor) {
  const VirtAddr lowest = std::max(region.range.begin, floor);
  const PageIndex first = region.page_at(lowest), end = region.page_at(cursor);
  const PageIndex begin = region.object.get()->slots().last_leaf_of(first, end);
  return {region.address_of(begin), cursor};
}

}  // namespace mobius::mm
