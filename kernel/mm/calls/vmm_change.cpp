// VmmProtect, VmmAdvise(discard): changing a block that exists.
#include <algorithm>

#include "mm/calls/vmm_internal.h"
#include "mm/space/reverse_map.h"

namespace mobius::mm {

namespace {

// New rights for a range, region by region. What cuts it out is there before; neighbours with equal
// rights become one region.
class Protecting {
 public:
  Protecting(AddressSpace& space, VirtRange range, Access access)
      : call_(space), range_(range), access_(access), cuts_(range), cursor_(range.begin) {}

  // Does all of it; or, where it is long, begins the call, and go_on() must follow (More).
  // Fails: BadArgument, OutOfFrames, LimitReached.
  Result<Progress> begin() EXCLUDES(memory_lock);
  // In steps between which others run.
  void go_on() EXCLUDES(memory_lock);

 private:
  AddressSpace& space() const { return call_.space(); }
  void change_next() REQUIRES(memory_lock);
  Progress change_some() EXCLUDES(memory_lock);

  LongCall call_;
  const VirtRange range_;
  const Access access_;
  Cuts cuts_;
  VirtAddr cursor_;  // what lies before it has its rights
};

Result<Progress> Protecting::begin() {
  CallGuard guard(call_);
  const Block block = TRY(block_around(space(), range_));
  if (block.first->kind == RegionKind::Stack) return Failure(Error::BadArgument);
  if (access_ > block.first->max_access) return Failure(Error::NoAccess);
  Region* const first = space().find(range_.begin);
  Region* const last = space().find(VirtAddr{range_.end.value - kPageSize});
  TRY(cuts_.acquire(space()));
  // From here on nothing fails.
  const bool may_lose = first != last || access_ < first->access;
  if (may_lose && is_long(space(), *first, range_)) {
    call_.begin(block.range);
    return Progress::More;
  }
  while (cursor_ < range_.end) change_next();
  return Progress::Done;
}

void Protecting::go_on() {
  unmap_in_steps(space(), range_, access_);
  while (change_some() == Progress::More) space().manager().waiting.let_others_run();
}

Progress Protecting::change_some() {
  LockGuard guard(space().manager().lock);
  for (StepWork work(space().manager()); cursor_ < range_.end; work.region(1)) {
    if (work.done()) return Progress::More;
    change_next();
  }
  return Progress::Done;
}

// Entries with rights the region no longer gives go; the next access enters them anew. Rights that
// are new need no flush: the access that wants them faults.
void Protecting::change_next() {
  Region* region = space().find(cursor_);
  cursor_ = std::min(region->range.end, range_.end);
  if (region->access == access_) return;
  region = &cuts_.cut(space(), *region);
  if (access_ < region->access) space().unmap_folding(*region, region->range);
  region->access = access_;
  Region* const before = space().regions.previous(*region);
  if (before != nullptr) space().regions.merge_with_next(*before);
  space().regions.merge_with_next(*space().find(VirtAddr{cursor_.value - kPageSize}));
}

enum class Discarded : uint8_t { Done, Again };

// Discards the pages. Again: one of them was on its way in, and it has waited for that. Long work
// it leaves to steps, and begins the call for them.
Result<Discarded> discard_or_wait(LongCall& call, VirtRange range) EXCLUDES(memory_lock) {
  AddressSpace& space = call.space();
  CallGuard guard(call);
  const Block block = TRY(block_around(space, range));
  if (!block.first->is_view()) return Failure(Error::BadArgument);
  if (block.first->max_access != Access::ReadWrite) return Failure(Error::NoAccess);
  VmObject& object = *block.first->object.get();
  Region* region = space.find(range.begin);
  const PageIndex first = region->page_at(range.begin);
  if (is_long(space, *region, range)) {
    call.begin(block.range);
    return Discarded::Done;
  }
  if (object.any_busy(first, first + range.size_pages())) {
    space.manager().waiting.wait(&object, space.manager().lock);
    return Discarded::Again;
  }
  // From here on nothing fails.
  const Regions& regions = space.regions;
  for (; region != nullptr && region->range.begin < range.end; region = regions.next(*region)) {
    unmap_for_all(space, *region, {std::max(region->range.begin, range.begin),
                                   std::min(region->range.end, range.end)});
  }
  object.empty_slots(first, first + range.size_pages());
  return Discarded::Done;
}

}  // namespace

Result<void> vmm_protect(AddressSpace& space, VirtAddr base, PageCount pages, Access access) {
  VirtRange range = TRY(user_range(base, pages));
  Protecting protecting(space, range, access);
  const Progress begun =
      TRY(retry_for_frames(space.manager(), [&] { return protecting.begin(); }));
  if (begun == Progress::More) protecting.go_on();
  return {};
}

Result<void> vmm_discard(AddressSpace& space, VirtAddr base, PageCount pages) {
  VirtRange range = TRY(user_range(base, pages));
  LongCall call(space);
  while (TRY(discard_or_wait(call, range)) == Discarded::Again) continue;
  if (call.begun()) empty_in_steps(space, range, Parts::Keep);
  return {};
}

}  // namespace mobius::mm
