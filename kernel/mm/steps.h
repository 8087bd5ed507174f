// Long work on the pages of one address space, in steps between which others run.
//
// The end of a process and VmmQuery go so: each step takes the memory lock anew, looks everything
// up again and leaves nothing half done. Steps go from the last page to the first.
#pragma once

#include "mm/address_space.h"

namespace mobius::mm {

// What a step has done when it ends: so many pages looked at, where a region counts as some.
// Freeing a page is the dearest, at about 160 instructions.
class StepWork {
 public:
  bool done() const { return work_ >= kMost; }
  void region(PageCount pages) {
    work_ += kRegion + (pages < SlotTable::kLeafSlots ? pages : SlotTable::kLeafSlots);
  }

 private:
  static constexpr uint32_t kMost = 1024, kRegion = 16;
  uint32_t work_ = 0;
};

// The part of a region in front of `cursor` that is one step's work, not below `floor`.
VirtRange part_before(Region& region, VirtAddr cursor, VirtAddr floor) REQUIRES(memory_lock);

}  // namespace mobius::mm
