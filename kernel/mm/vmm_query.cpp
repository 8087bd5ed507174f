// VmmQuery and VmmQueryPages: the states of the memory document, read off regions and slots.
#include "mm/vmm_internal.h"

namespace mobius::mm {

namespace {

// R10, R15. Dirty: modified as far as folded into the slot, or since then, by the map's D bit.
PageState state_of(AddressSpace& space, Region& region, VirtAddr page) REQUIRES(memory_lock) {
  if (region.kind == RegionKind::Reserved) return PageState::Reserved;
  VmObject& object = *region.object.get();
  PageIndex index = region.page_at(page);
  PageSlot* slot = object.slots().find(index);
  if (slot == nullptr) return PageState::Uncommitted;
  switch (slot->kind) {
    case SlotKind::Empty: return PageState::Uncommitted;
    case SlotKind::Zero: return PageState::CommittedClean;
    case SlotKind::Swapped: return PageState::Swapped;
    case SlotKind::Discarded: return PageState::Discarded;
    case SlotKind::Busy:  // counts as where it comes from (R10)
      return slot->swap_slot() == kNoSwapSlot ? PageState::InFile : PageState::Swapped;
    case SlotKind::Backed: {
      PageSlot* backing = object.backing()->slots().find(index);
      bool resident = backing != nullptr && backing->kind == SlotKind::Resident;
      return resident ? PageState::CommittedClean : PageState::InFile;
    }
    case SlotKind::Resident: break;
  }
  if (slot->dirty) return PageState::CommittedDirty;
  auto mapping = space.map().find(page);
  return mapping && mapping->dirty ? PageState::CommittedDirty : PageState::CommittedClean;
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
  auto* above = space.regions().first_at_or_after(address);
  RegionNode* below = above == nullptr ? space.regions().last() : space.regions().previous(*above);
  VirtAddr begin = below == nullptr ? kUserRange.begin : below->range.end;
  VirtAddr end = above == nullptr ? kUserRange.end : above->range.begin;
  return {{begin, end}, std::nullopt};
}

// Counts the committed and paged out pages of one region by its slots alone: the rest of a block
// of any size is uncommitted.
void count_region(AddressSpace& space, Region& region, BlockInfo& info) REQUIRES(memory_lock) {
  PageIndex first = region.first_page;
  region.object.get()->slots().for_each(
      first, first + region.range.size_pages(),
      [&](PageIndex index, PageSlot&) REQUIRES(memory_lock) {
        count(info, state_of(space, region, pages_after(region.range.begin, index - first)));
      });
}

}  // namespace

Result<BlockInfo> vmm_query(AddressSpace& space, VirtAddr address) {
  if (!kUserRange.contains(address)) return Failure(Error::BadArgument);
  LockGuard guard(space.manager().lock);
  Region* at = space.find(address);
  if (at == nullptr) return gap_at(space, address);
  BlockInfo info{at->range, at->kind, at->access_at(address), at->code};
  if (at->kind == RegionKind::Reserved) return info;
  Block block = *find_block(space, address);
  info.range = block.range;
  info.guaranteed = at->object.get()->promised();
  info.eager = at->object.get()->eager();
  for (Region* r = block.first;; r = space.next(*r)) {
    count_region(space, *r, info);
    if (r == block.last) break;
  }
  info.uncommitted = block.range.size_pages() - info.clean - info.dirty - info.paged_out;
  return info;
}

Result<PageCount> vmm_query_pages(AddressSpace& space, VirtAddr base,
                                  std::span<PageState> states) {
  VirtAddr page = base.page_down();
  if (!kUserRange.contains(page)) return Failure(Error::BadArgument);
  LockGuard guard(space.manager().lock);
  PageCount filled = 0;
  Region* region = static_cast<Region*>(space.regions().first_at_or_after(page));
  while (filled < states.size() && page < kUserRange.end) {
    if (region != nullptr && region->range.end <= page) region = space.next(*region);
    bool inside = region != nullptr && region->range.contains(page);
    states[filled++] = inside ? state_of(space, *region, page) : PageState::Free;
    page = pages_after(page, 1);
  }
  return filled;
}

}  // namespace mobius::mm
