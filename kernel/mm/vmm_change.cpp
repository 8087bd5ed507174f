// VmmProtect, VmmAdvise(discard), VmmResize: changing a block that exists.
#include "mm/vmm_internal.h"

namespace mobius::mm {

namespace {

// New rights for a range, region by region, in steps between which others run. What it is cut out
// with is there before; neighbours with equal rights are one region after each step.
class Protecting {
 public:
  Protecting(VirtRange range, Access access)
      : range_(range), access_(access), cursor_(range.begin) {}

  // True where another step is needed. Fails in the first step only: BadArgument, OutOfFrames,
  // LimitReached.
  Result<bool> step(AddressSpace& space) EXCLUDES(memory_lock);

 private:
  Result<void> begin(AddressSpace& space) REQUIRES(memory_lock);
  bool cut(AddressSpace& space, Region*& region) REQUIRES(memory_lock);
  VirtAddr change(AddressSpace& space, Region* region) REQUIRES(memory_lock);

  const VirtRange range_;
  const Access access_;
  VirtAddr cursor_;  // what lies before it has its rights
  const VmObject* object_ = nullptr;  // only compared
  AddressSpace::NewRegion lower_, upper_;
};

Result<void> Protecting::begin(AddressSpace& space) {
  const Block block = TRY(block_around(space, range_));
  if (block.first->kind == RegionKind::Stack) return Failure(Error::BadArgument);
  Region* const first = space.find(range_.begin);
  Region* const last = space.find(VirtAddr{range_.end.value - kPageSize});
  if (first->range.begin != range_.begin) lower_ = TRY(space.make_region());
  if (last->range.end != range_.end) upper_ = TRY(space.make_region());
  // From here on nothing fails.
  object_ = first->object.get();
  return {};
}

// Cuts the region so that none of it is outside the range. False: others have changed the block so
// much meanwhile that there is no region to do it with.
bool Protecting::cut(AddressSpace& space, Region*& region) {
  if (region->range.end > range_.end) {
    if (!upper_) return false;
    space.split(*region, range_.end, std::move(upper_));
  }
  if (region->range.begin < cursor_) {
    if (!lower_) return false;
    space.split(*region, cursor_, std::move(lower_));
    region = space.next(*region);
  }
  return true;
}

// Entries with rights the region no longer gives go; the next access enters them anew. Rights that
// are new need no flush: the access that wants them faults. Returns the end of what is done.
VirtAddr Protecting::change(AddressSpace& space, Region* region) {
  if (access_ < region->access) space.unmap_folding(*region, region->range);
  region->access = access_;
  const VirtAddr at = region->range.begin;
  if (Region* before = space.previous(*region)) space.merge_with_next(*before);
  region = space.find(at);
  space.merge_with_next(*region);
  return region->range.end;
}

Result<bool> Protecting::step(AddressSpace& space) {
  LockGuard guard(space.manager().lock);
  if (object_ == nullptr) TRY(begin(space));
  for (StepWork work; cursor_ < range_.end;) {
    if (work.done()) return true;
    Region* region = space.find(cursor_);
    if (region == nullptr || region->object.get() != object_) break;  // freed or moved meanwhile
    work.region(1);
    if (region->access == access_) {
      cursor_ = region->range.end;
      continue;
    }
    if (!cut(space, region)) break;
    cursor_ = change(space, region);
  }
  return false;
}

// Whether the range is so long, and some of it may lose rights, that taking its translations away
// would take long.
bool loses_much(AddressSpace& space, VirtRange range, Access access) EXCLUDES(memory_lock) {
  if (range.size_pages() <= kLongWork) return false;
  LockGuard guard(space.manager().lock);
  const auto block = block_around(space, range);
  if (!block || block->first->kind == RegionKind::Stack) return false;
  return block->first != block->last || access < block->first->access;
}

}  // namespace

Result<void> vmm_protect(AddressSpace& space, VirtAddr base, PageCount pages, uint32_t flags) {
  Access access = TRY(access_from(flags, 0));
  VirtRange range = TRY(user_range(base, pages));
  if (loses_much(space, range, access)) unmap_in_steps(space, range);
  Protecting protecting(range, access);
  while (TRY(with_frames(space.manager(), [&] { return protecting.step(space); }))) {
    space.manager().waiting.let_others_run();
  }
  return {};
}

Result<void> vmm_discard(AddressSpace& space, VirtAddr base, PageCount pages) {
  VirtRange range = TRY(user_range(base, pages));
  KeptObject object;
  {
    LockGuard guard(space.manager().lock);
    const Block block = TRY(block_around(space, range));
    if (block.first->kind != RegionKind::Block) return Failure(Error::BadArgument);
    object.keep(*block.first->object.get());
  }
  // From here on nothing fails.
  empty_in_steps(space, *object.get(), range, Parts::Keep);
  return {};
}

}  // namespace mobius::mm
