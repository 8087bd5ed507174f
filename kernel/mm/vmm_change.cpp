// VmmProtect, VmmAdvise(discard), VmmResize: changing a block that exists.
#include "mm/vmm_internal.h"

namespace mobius::mm {

namespace {

// Cuts regions so that `range` begins and ends with one. Needs up to two new regions.
Result<void> cut_out(AddressSpace& space, VirtRange range) REQUIRES(memory_lock) {
  AddressSpace::NewRegion lower, upper;
  Region* first = space.find(range.begin);
  Region* last = space.find(VirtAddr{range.end.value - kPageSize});
  if (first->range.begin != range.begin) lower = TRY(space.make_region());
  if (last->range.end != range.end) upper = TRY(space.make_region());
  // From here on nothing fails.
  if (upper) space.split(*last, range.end, std::move(upper));
  if (lower) space.split(*first, range.begin, std::move(lower));
  return {};
}

// Calls f(region, part of it inside range) for each region there, ascending.
template <typename F>
void for_each_part(AddressSpace& space, VirtRange range, F&& f) REQUIRES(memory_lock) {
  for (Region* r = space.find(range.begin); r != nullptr && r->range.begin < range.end;
       r = space.next(*r)) {
    f(*r, VirtRange{std::max(r->range.begin, range.begin), std::min(r->range.end, range.end)});
  }
}

Result<void> protect(AddressSpace& space, VirtRange range, Access access) {
  LockGuard guard(space.manager().lock);
  Block block = TRY(block_around(space, range));
  if (block.first->kind == RegionKind::Stack) return Failure(Error::BadArgument);
  TRY(cut_out(space, range));
  // From here on nothing fails.
  for_each_part(space, range, [&](Region& region, VirtRange part) REQUIRES(memory_lock) {
    // Entries with rights the region no longer gives go; the next access enters them anew. Rights
    // that are new need no flush: the access that wants them faults.
    if (access < region.access) space.unmap_folding(region, part);
    region.access = access;
  });
  Region* region = space.find(range.begin);
  if (Region* before = space.previous(*region)) region = before;
  while (region != nullptr && region->range.begin <= range.end) {
    VirtRange was = region->range;
    space.merge_with_next(*region);
    if (region->range == was) region = space.next(*region);
  }
  return {};
}

// Discards the pages; or returns the object one of whose pages is on its way in: wait for it.
Result<VmObject*> discard_or_busy(AddressSpace& space, VirtRange range) EXCLUDES(memory_lock) {
  LockGuard guard(space.manager().lock);
  Block block = TRY(block_around(space, range));
  if (block.first->kind != RegionKind::Block) return Failure(Error::BadArgument);
  VmObject& object = *block.first->object.get();
  const PageIndex first = space.find(range.begin)->page_at(range.begin);
  if (object.any_busy(first, first + range.size_pages())) return &object;
  // From here on nothing fails.
  for_each_part(space, range, [&](Region& region, VirtRange part) REQUIRES(memory_lock) {
    space.unmap_folding(region, part);
  });
  object.empty_slots(first, first + range.size_pages());
  return nullptr;
}

}  // namespace

Result<void> vmm_protect(AddressSpace& space, VirtAddr base, PageCount pages, uint32_t flags) {
  Access access = TRY(access_from(flags, 0));
  VirtRange range = TRY(user_range(base, pages));
  return with_frames(space.manager(), [&] { return protect(space, range, access); });
}

Result<void> vmm_discard(AddressSpace& space, VirtAddr base, PageCount pages) {
  VirtRange range = TRY(user_range(base, pages));
  while (VmObject* busy = TRY(discard_or_busy(space, range))) space.manager().waiting.wait(busy);
  return {};
}

}  // namespace mobius::mm
