// The steps: see steps.h.
#include "mm/space/steps.h"

#include <algorithm>

#include "mm/space/reverse_map.h"

namespace mobius::mm {

Region& region_before(AddressSpace& space, VirtAddr cursor) {
  Region* const region = space.find(VirtAddr{cursor.value - kPageSize});
  KASSERT(region != nullptr && region->object.get() != nullptr);
  return *region;
}

bool has_many(AddressSpace& space, Region& first, VirtRange range) {
  const StepLimits& most = space.manager().step_limits;
  if (range.size_pages() > most.pages && !first.object.get()->slots().untouched()) return true;
  uint32_t parts = 1;
  for (Region* r = &first; r != nullptr && r->range.end < range.end; r = space.regions.next(*r)) {
    if (++parts > most.parts) return true;
  }
  return false;
}

VirtRange part_before(Region& region, VirtAddr cursor, VirtAddr floor) {
  const VirtAddr lowest = std::max(region.range.begin, floor);
  const PageIndex first = region.page_at(lowest), end = region.page_at(cursor);
  const PageIndex begin = region.object.get()->slots().last_leaf_of(first, end);
  return {region.address_of(begin), cursor};
}

namespace {

class Emptying {
 public:
  Emptying(AddressSpace& space, VirtRange range, Parts parts)
      : space_(space), range_(range), parts_(parts), cursor_(range.end) {}

  // Step: another, once others have run. Again: it has slept for a page that is on its way in.
  enum class Next : uint8_t { Done, Step, Again };
  Next step() EXCLUDES(memory_lock);

 private:
  void empty(Region& region, VirtRange part) REQUIRES(memory_lock);
  void join(Region& region) REQUIRES(memory_lock);

  AddressSpace& space_;
  const VirtRange range_;
  const Parts parts_;
  VirtAddr cursor_;  // what lies behind it is empty
};

Emptying::Next Emptying::step() {
  LockGuard guard(space_.manager().lock);
  for (StepWork work(space_.manager()); cursor_ > range_.begin;) {
    if (work.done()) return Next::Step;
    Region& region = region_before(space_, cursor_);
    const VirtRange part = part_before(region, cursor_, range_.begin);
    if (region.object.get()->any_busy(region.page_at(part.begin), region.page_at(part.end))) {
      space_.manager().waiting.wait(region.object.get(), space_.manager().lock);
      return Next::Again;
    }
    empty(region, part);
    cursor_ = part.begin;
    work.region(part.size_pages());
    const bool inside = parts_ == Parts::Join && cursor_ > range_.begin;
    if (inside && cursor_ == region.range.begin) join(region);
  }
  return Next::Done;
}

void Emptying::empty(Region& region, VirtRange part) {
  VmObject& object = *region.object.get();
  const PageIndex first = region.page_at(part.begin), end = region.page_at(part.end);
  unmap_for_all(space_, region, part);
  object.empty_slots(first, end);
  if (parts_ == Parts::Join) object.give_leaves(first, end);
}

void Emptying::join(Region& region) {
  Region* const before = space_.regions.previous(region);
  KASSERT(before != nullptr && before->same_block(region));
  if (before->range.begin < range_.begin) return;  // a part of it stays
  if (before->locking != Locking::None) space_.regions.lock(*before, Locking::None);
  const VirtRange both{before->range.begin, region.range.end};
  space_.regions.erase(region);
  space_.regions.resize(*before, both);
  space_.regions.merge(*before);
}

}  // namespace

void empty_in_steps(AddressSpace& space, VirtRange range, Parts parts) {
  Emptying emptying(space, range, parts);
  for (;;) {
    switch (emptying.step()) {
      case Emptying::Next::Done: return;
      case Emptying::Next::Step: space.manager().waiting.let_others_run(); break;
      case Emptying::Next::Again: break;
    }
  }
}

namespace {

// One step.
Progress free_some(AddressSpace& space, VirtRange& block) EXCLUDES(memory_lock) {
  LockGuard guard(space.manager().lock);
  for (StepWork work(space.manager()); !work.done();) {
    Region& last = region_before(space, block.end);
    if (part_before(last, block.end, block.begin).begin == block.begin) {
      return Progress::Done;
    }
    block.end = space.clear_end_of(last, work);
  }
  return Progress::More;
}

}  // namespace

void free_in_steps(AddressSpace& space, VirtRange block) {
  while (free_some(space, block) == Progress::More) space.manager().waiting.let_others_run();
}

void unmap_in_steps(AddressSpace& space, VirtRange range, Access allowed) {
  change_in_steps(space, range, [&](Region& region, VirtAddr end) REQUIRES(memory_lock) {
    if (region.access <= allowed) return std::max(region.range.begin, range.begin);
    const VirtRange part = part_before(region, end, range.begin);
    space.unmap_folding(region, part);
    return part.begin;
  });
}

}  // namespace mobius::mm
