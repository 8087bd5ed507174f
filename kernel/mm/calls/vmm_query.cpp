// VmmQuery and VmmQueryPages: the states of the memory document, read off regions and slots.
#include "mm/calls/vmm_internal.h"
#include "mm/space/reverse_map.h"

namespace mobius::mm {

namespace {

// Of a page that others may show, by the map of any of them.
bool is_dirty_in_a_map(AddressSpace& space, Region& region, VirtAddr page) REQUIRES(memory_lock) {
  VmObject& object = *region.object.get();
  bool dirty = false;
  if (object.belongs_to(space.footprint)) {
    const auto mapping = space.map().find(page);
    return mapping && mapping->dirty;
  }
  for_each_mapping(object, region.page_at(page), [&](AddressSpace&, VirtAddr, const Mapping& m) {
    dirty |= m.dirty;
  });
  return dirty;
}

// R10, R15. Dirty: modified as far as folded into the slot, or since then, by a map's D bit.
PageState state_of(AddressSpace& space, Region& region, VirtAddr page) REQUIRES(memory_lock) {
  if (region.kind == RegionKind::Reserved) return PageState::Reserved;
  VmObject& object = *region.object.get();
  PageIndex index = region.page_at(page);
  PageSlot* slot = object.slots().find(index);
  if (slot == nullptr) return PageState::Uncommitted;
  switch (slot->kind()) {
    case SlotKind::Empty: return PageState::Uncommitted;
    case SlotKind::Zero: return PageState::CommittedClean;
    case SlotKind::Swapped: return PageState::Swapped;
    case SlotKind::Stored: return PageState::InFile;
    case SlotKind::Discarded: return PageState::Discarded;
    case SlotKind::Busy:  // counts as where it comes from (R10)
      return slot->swap_slot() == kNoSwapSlot ? PageState::InFile : PageState::Swapped;
    case SlotKind::Backed: {
      PageSlot* backing = object.backing()->slots().find(index);
      bool resident = backing != nullptr && backing->kind() == SlotKind::Resident;
      return resident ? PageState::CommittedClean : PageState::InFile;
    }
    case SlotKind::Resident: break;
  }
  if (slot->dirty()) return PageState::CommittedDirty;
  return is_dirty_in_a_map(space, region, page) ? PageState::CommittedDirty
                                                : PageState::CommittedClean;
}

void count(BlockInfo& info, PageState state) {
  switch (state) {
    case PageState::CommittedClean: ++info.clean; break;
    case PageState::CommittedDirty: ++info.dirty; break;
    case PageState::Swapped:
    case PageState::InFile:
    case PageState::Discarded: ++info.paged_out; break;
    case PageState::Uncommitted:
    case PageState::Free:
    case PageState::Reserved: break;
  }
}

BlockInfo gap_at(AddressSpace& space, VirtAddr address) REQUIRES(memory_lock) {
  const RegionSet& regions = space.regions.set();
  auto* above = regions.first_at_or_after(address);
  RegionNode* below = above == nullptr ? regions.last() : regions.previous(*above);
  VirtAddr begin = below == nullptr ? kUserRange.begin : below->range.end;
  VirtAddr end = above == nullptr ? kUserRange.end : above->range.begin;
  return {{begin, end}, std::nullopt};
}

// Counts the committed and paged out pages of a part of a region by its slots alone: the rest of a
// block of any size is uncommitted.
void count_part(AddressSpace& space, Region& region, VirtRange part, BlockInfo& info)
    REQUIRES(memory_lock) {
  region.object.get()->slots().for_each(region.page_at(part.begin), region.page_at(part.end),
                                        [&](PageIndex index, PageSlot&) REQUIRES(memory_lock) {
                                          count(info,
                                                state_of(space, region, region.address_of(index)));
                                        });
}

}  // namespace

void BlockQuery::begin(AddressSpace& space) {
  Region* at = space.find(address_);
  if (at == nullptr) {
    info_ = gap_at(space, address_);
    return;
  }
  info_ = {at->range, at->kind, at->access_at(address_), at->code};
  if (at->kind == RegionKind::Reserved) return;
  object_ = at->object.get()->birth();
  if (const auto block = find_block(space, address_)) info_.range = block->range;
  info_.guaranteed = at->object.get()->promised();
  info_.eager = at->eager();
  cursor_ = info_.range.end;
}

Result<Progress> BlockQuery::step(AddressSpace& space) {
  if (!kUserRange.contains(address_)) return Failure(Error::BadArgument);
  LockGuard guard(space.manager().lock);
  if (object_ == 0) begin(space);
  if (object_ == 0) return Progress::Done;
  for (StepWork work(space.manager()); cursor_ > info_.range.begin;) {
    if (work.done()) return Progress::More;
    Region* const region = space.find(VirtAddr{cursor_.value - kPageSize});
    const VmObject* const shown = region == nullptr ? nullptr : region->object.get();
    if (shown == nullptr || shown->birth() != object_) {
      object_ = 0;  // the block has changed: all of it is counted anew
      return Progress::More;
    }
    const VirtRange part = part_before(*region, cursor_, info_.range.begin);
    count_part(space, *region, part, info_);
    cursor_ = part.begin;
    work.region(part.size_pages());
  }
  info_.uncommitted = info_.range.size_pages() - info_.clean - info_.dirty - info_.paged_out;
  return Progress::Done;
}

Result<BlockInfo> vmm_query(AddressSpace& space, VirtAddr address) {
  BlockQuery query(address);
  wait_for_long_call(space);
  while (TRY(query.step(space)) == Progress::More) {
    space.manager().waiting.let_others_run();
    wait_for_long_call(space);
  }
  return query.info();
}

Result<PageCount> vmm_query_pages(AddressSpace& space, VirtAddr base, std::span<PageState> states) {
  wait_for_long_call(space);
  return page_states(space, base, states);
}

Result<PageCount> page_states(AddressSpace& space, VirtAddr base, std::span<PageState> states) {
  VirtAddr page = base.page_down();
  if (!kUserRange.contains(page)) return Failure(Error::BadArgument);
  LockGuard guard(space.manager().lock);
  PageCount filled = 0;
  Region* region = space.regions.first_at_or_after(page);
  while (filled < states.size() && page < kUserRange.end) {
    if (region != nullptr && region->range.end <= page) region = space.regions.next(*region);
    bool inside = region != nullptr && region->range.contains(page);
    states[filled++] = inside ? state_of(space, *region, page) : PageState::Free;
    page = pages_after(page, 1);
  }
  return filled;
}

}  // namespace mobius::mm
