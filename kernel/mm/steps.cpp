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

namespace {

class Emptying {
 public:
  Emptying(AddressSpace& space, VmObject& object, VirtRange range, Parts parts)
      : space_(space), object_(object), range_(range), parts_(parts), cursor_(range.end) {}

  enum class Next : uint8_t { Done, Step, Wait };
  Next step() EXCLUDES(memory_lock);

 private:
  void empty(Region& region, VirtRange part) REQUIRES(memory_lock);
  bool join(Region& region) REQUIRES(memory_lock);

  AddressSpace& space_;
  VmObject& object_;
  const VirtRange range_;
  const Parts parts_;
  VirtAddr cursor_;  // what lies behind it is empty
};

Emptying::Next Emptying::step() {
  LockGuard guard(space_.manager().lock);
  for (StepWork work; cursor_ > range_.begin;) {
    if (work.done()) return Next::Step;
    Region* const region = space_.find(VirtAddr{cursor_.value - kPageSize});
    if (region == nullptr || region->object.get() != &object_) return Next::Done;
    const VirtRange part = part_before(*region, cursor_, range_.begin);
    if (object_.any_busy(region->page_at(part.begin), region->page_at(part.end))) {
      return Next::Wait;
    }
    empty(*region, part);
    cursor_ = part.begin;
    work.region(part.size_pages());
    const bool inside = parts_ == Parts::Join && cursor_ > range_.begin;
    if (inside && cursor_ == region->range.begin && !join(*region)) return Next::Done;
  }
  return Next::Done;
}

void Emptying::empty(Region& region, VirtRange part) {
  const PageIndex first = region.page_at(part.begin), end = region.page_at(part.end);
  space_.unmap_unwanted(part);
  object_.empty_slots(first, end);
  if (parts_ == Parts::Join) space_.give_leaves(object_, first, end);
}

// False: the block has been moved meanwhile, and begins there.
bool Emptying::join(Region& region) {
  Region* const before = space_.previous(region);
  if (before == nullptr || !before->same_block(region)) return false;
  const VirtRange both{before->range.begin, region.range.end};
  space_.erase(region);
  space_.regions().resize(*before, both);
  return true;
}

// One step; true where another is needed.
bool unmap_some(AddressSpace& space, VirtRange range, VirtAddr& cursor) EXCLUDES(memory_lock) {
  LockGuard guard(space.manager().lock);
  for (StepWork work; !work.done();) {
    if (cursor <= range.begin) return false;
    Region* const region = space.find(VirtAddr{cursor.value - kPageSize});
    if (region == nullptr || region->object.get() == nullptr) return false;
    const VirtRange part = part_before(*region, cursor, range.begin);
    space.unmap_folding(*region, part);
    cursor = part.begin;
    work.region(part.size_pages());
  }
  return true;
}

}  // namespace

void empty_in_steps(AddressSpace& space, VmObject& object, VirtRange range, Parts parts) {
  Emptying emptying(space, object, range, parts);
  for (;;) {
    switch (emptying.step()) {
      case Emptying::Next::Done:
        return;
      case Emptying::Next::Step: space.manager().waiting.let_others_run(); break;
      case Emptying::Next::Wait: space.manager().waiting.wait(&object); break;
    }
  }
}

void unmap_in_steps(AddressSpace& space, VirtRange range) {
  VirtAddr cursor = range.end;
  while (unmap_some(space, range, cursor)) space.manager().waiting.let_others_run();
}

}  // namespace mobius::mm
