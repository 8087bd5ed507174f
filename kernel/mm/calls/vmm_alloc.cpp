// VmmAlloc, VmmFree, VmmReserveArea, VmmUnmap.
#include "mm/calls/vmm_internal.h"
#include "mm/fault/fault_around.h"
#include "mm/objects/anonymous_object.h"

namespace mobius::mm {

namespace {

// The reserved area that [wanted, + pages) lies wholly inside of, if there is one.
Region* reserved_around(AddressSpace& space, PageCount pages, VirtAddr wanted)
    REQUIRES(memory_lock) {
  auto range = user_range(wanted, pages);
  if (!range) return nullptr;
  Region* region = space.find(range->begin);
  bool inside =
      region != nullptr && region->kind == RegionKind::Reserved && region->range.contains(*range);
  return inside ? region : nullptr;
}

// The region of a new block, in the set, with nothing in it yet.
Result<Region*> place_block(AddressSpace& space, PageCount pages, VirtAddr base)
    REQUIRES(memory_lock) {
  Region* reserved = base.value == 0 ? nullptr : reserved_around(space, pages, base);
  if (reserved != nullptr) {
    Cuts cuts(VirtRange::of_pages(base.page_down(), pages));
    TRY(cuts.acquire(space));
    // From here on nothing fails.
    const VirtAddr reservation = reserved->block_base;
    Region& region = cuts.cut(space, *reserved);
    region.reservation = reservation;
    return &region;
  }
  VirtRange range = TRY(choose_range(space, pages, base));
  return &space.regions.insert(TRY(space.regions.make()), range);
}

Result<VirtAddr> make_block(AddressSpace& space, PageCount pages, VirtAddr base,
                            BlockOptions options) {
  CallGuard guard(space);
  ObjectReference object = TRY(AnonymousObject::create(space.manager(), pages));
  if (options.storage == Storage::Promised) [[unlikely]] {
    TRY(promise_pages(space, *object.get(), 0, pages));
  }
  Region* region = TRY(place_block(space, pages, base));
  // From here on nothing fails.
  region->kind = RegionKind::Block;
  region->part = false;
  region->access = options.access;
  region->block_base = region->range.begin;
  region->first_page = 0;
  object.get()->belong_to(space.footprint);
  region->attach(space, std::move(object));
  if (options.commit == Commit::Around) [[unlikely]] make_eager(*region);
  return region->range.begin;
}

}  // namespace

Result<VirtAddr> vmm_alloc(AddressSpace& space, PageCount pages, VirtAddr base,
                           BlockOptions options) {
  if (pages == 0 || pages > kMaxUserPages) return Failure(Error::BadArgument);
  return retry_for_frames(space.manager(), [&] { return make_block(space, pages, base, options); });
}

namespace {

// The last region of a block that there is goes; `block` is what it once was.
inline void free_region(AddressSpace& space, Region& region, VirtRange block)
    REQUIRES(memory_lock) {
  VmObject& object = *region.object.get();
  if (!object.slots().untouched()) {
    if (object.references() > 1) [[unlikely]] space.stop_showing(region);
    space.unmap_unwanted(region.range);
  }
  space.freed.note(block);
  if (region.reservation.value == 0) [[likely]] {
    space.regions.erase(region);
  } else {
    space.regions.resize(region, block);
    return_to_reservation(space, region);
  }
}

void free_parts(AddressSpace& space, Block block) REQUIRES(memory_lock) {
  space.unmap_leaving(block.first, block.range);
  while (block.last != block.first) {
    Region* before = space.regions.previous(*block.last);
    space.regions.erase(*block.last);
    block.last = before;
  }
  free_region(space, *block.first, block.range);
}

// Requires: the caller has just found the block, and no other thread has run since.
[[gnu::noinline]] void free_long_block(AddressSpace& space, VirtRange block)
    EXCLUDES(memory_lock) {
  LongCall call(space);
  {
    CallGuard guard(call);
    call.begin(block);
  }
  free_in_steps(space, block);
  LockGuard guard(space.manager().lock);
  free_region(space, *space.find(block.begin), block);
}

// A template, so that each caller has it inline: the two end in the same way, and one is hot.
template <RegionKind kind>
Result<void> end_view(AddressSpace& space, VirtAddr address) EXCLUDES(memory_lock) {
  VirtRange range;
  {
    CallGuard guard(space);
    Region* const region = space.find(address);
    if (region == nullptr || region->kind != kind) return Failure(Error::BadArgument);
    // From here on nothing fails.
    if (!region->part && !is_long(space, *region, region->range)) [[likely]] {
      free_region(space, *region, region->range);
      return {};
    }
    const Block block = *find_block(space, address);
    range = block.range;
    if (!is_long(space, *block.first, range)) {
      free_parts(space, block);
      return {};
    }
  }
  free_long_block(space, range);
  return {};
}

Result<void> unmap_reserved(AddressSpace& space, VirtAddr address) EXCLUDES(memory_lock) {
  CallGuard guard(space);
  Region* region = space.find(address);
  if (region == nullptr) return Failure(Error::BadArgument);
  VirtAddr reservation = region->owner_reservation();
  if (region->kind != RegionKind::Reserved) {
    bool in_block = reservation.value != 0;
    return Failure(in_block ? Error::Busy : Error::BadArgument);
  }
  // Unused parts always merge: a part with a neighbour of the same reservation has blocks in it.
  Region* before = space.regions.previous(*region);
  Region* after = space.regions.next(*region);
  if ((before != nullptr && before->owner_reservation() == reservation) ||
      (after != nullptr && after->owner_reservation() == reservation)) {
    return Failure(Error::Busy);
  }
  space.freed.note(region->range);
  space.regions.erase(*region);
  return {};
}

}  // namespace

Result<void> vmm_free(AddressSpace& space, VirtAddr address) {
  return end_view<RegionKind::Block>(space, address);
}

Result<void> vmm_unmap(AddressSpace& space, VirtAddr address) {
  if (end_view<RegionKind::Shared>(space, address)) return {};
  return unmap_reserved(space, address);
}

Result<VirtAddr> vmm_reserve_area(AddressSpace& space, PageCount pages, VirtAddr base) {
  if (pages == 0 || pages > kMaxUserPages) return Failure(Error::BadArgument);
  return retry_for_frames(space.manager(), [&]() -> Result<VirtAddr> {
    CallGuard guard(space);
    VirtRange range = TRY(choose_range(space, pages, base));
    Regions::New region = TRY(space.regions.make());
    // From here on nothing fails.
    region->kind = RegionKind::Reserved;
    region->block_base = range.begin;
    space.regions.insert(std::move(region), range);
    return range.begin;
  });
}

}  // namespace mobius::mm
