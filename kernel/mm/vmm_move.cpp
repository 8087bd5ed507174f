// Blocks that move: see vmm_internal.h.
#include "mm/vmm_internal.h"

namespace mobius::mm {

bool Moving::step() {
  for (StepWork work; cursor_ > from_.begin;) {
    if (work.done()) return true;
    Region* const region = space_.find(VirtAddr{cursor_.value - kPageSize});
    KASSERT(region != nullptr && region->block_base == from_.begin);
    if (cursor_ != from_.end && !uncover()) return false;
    space_.unmap_folding(*region, region->range);
    const VirtRange was = region->range;
    move(*region);
    leave_behind(was);
    cursor_ = was.begin;
    work.region(1);
  }
  space_.note_freed(from_);
  return false;
}

// The region that came last covers no more than its own pages from now on. False: a thread that has
// guessed the new place has changed the block there; the rest of it stays where it is.
bool Moving::uncover() {
  const VirtAddr end = place_of(cursor_);
  Region* const cover = space_.find(to_.begin);
  if (cover == nullptr || cover->object.get() != &object_ || cover->range.end <= end) return false;
  cover->first_page = cover->page_at(end);
  space_.regions().resize(*cover, {end, cover->range.end});
  return true;
}

void Moving::move(Region& region) {
  space_.regions().remove(region);
  region.range = {to_.begin, cursor_ == from_.end ? to_.end : place_of(cursor_)};
  region.first_page = first_page_;
  region.block_base = to_.begin;
  region.reservation = VirtAddr{0};
  space_.regions().insert(region);
}

// The range is part of the reservation again, of one region with what is unused around it.
void Moving::leave_behind(VirtRange range) {
  if (reservation_.value == 0) return;
  auto* const after = static_cast<Region*>(space_.regions().first_at_or_after(range.end));
  const bool unused = after != nullptr && after->range.begin == range.end &&
                      after->kind == RegionKind::Reserved && after->block_base == reservation_;
  if (unused) {
    space_.regions().resize(*after, {range.begin, after->range.end});
    if (Region* before = space_.previous(*after)) space_.merge_with_next(*before);
  } else if (left_behind_) {
    left_behind_->reservation = reservation_;
    return_to_reservation(space_, space_.insert(std::move(left_behind_), range));
  }
}

}  // namespace mobius::mm
