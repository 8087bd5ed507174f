// Blocks that move: see vmm_internal.h.
#include "mm/calls/vmm_internal.h"

namespace mobius::mm {

void cut_off_grown(Regions& regions, Region& region, VirtAddr at, Regions::New grown) {
  regions.split(region, at, std::move(grown));
  regions.lock(*regions.next(region), Locking::None);
}

Progress Moving::step() {
  for (StepWork work(space_.manager()); cursor_ > from_.begin;) {
    if (work.done()) return Progress::More;
    Region* const region = space_.find(VirtAddr{cursor_.value - kPageSize});
    KASSERT(region != nullptr && region->block_base == from_.begin);
    space_.unmap_folding(*region, region->range);
    const VirtRange was = region->range;
    move(*region);
    leave_behind(was);
    cursor_ = was.begin;
    work.region(1);
  }
  space_.freed.note(from_);
  return Progress::Done;
}

void Moving::move(Region& region) {
  const VirtAddr end = cursor_ == from_.end ? to_.end : place_of(cursor_);
  space_.regions.move(region, {place_of(region.range.begin), end});
  region.block_base = to_.begin;
  region.reservation = VirtAddr{0};
  if (grown_) cut_off_grown(space_.regions, region, place_of(from_.end), std::move(grown_));
}

// The range is part of the reservation again, of one region with what is unused around it.
void Moving::leave_behind(VirtRange range) {
  if (reservation_.value == 0) return;
  auto* const after = space_.regions.first_at_or_after(range.end);
  const bool unused = after != nullptr && after->range.begin == range.end &&
                      after->kind == RegionKind::Reserved && after->block_base == reservation_;
  if (unused) {
    space_.regions.resize(*after, {range.begin, after->range.end});
    space_.regions.merge(*after);
  } else if (left_behind_) {
    left_behind_->reservation = reservation_;
    return_to_reservation(space_, space_.regions.insert(std::move(left_behind_), range));
  }
}

}  // namespace mobius::mm
