// Arguments into ranges and blocks, for the vmm_*.cpp files.
#include "mm/calls/vmm_internal.h"
#include "mm/swap/swap_pager.h"

namespace mobius::mm {

Result<VirtRange> user_range(VirtAddr base, PageCount pages) {
  VirtAddr begin = base.page_down();
  if (pages == 0 || begin < kUserRange.begin || begin >= kUserRange.end) {
    return Failure(Error::BadArgument);
  }
  if (pages > (kUserRange.end - begin) >> kPageShift) return Failure(Error::BadArgument);
  return VirtRange::of_pages(begin, pages);
}

std::optional<Block> find_block(AddressSpace& space, VirtAddr address) {
  Region* at = space.find(address);
  if (at == nullptr || at->kind == RegionKind::Reserved) return std::nullopt;
  if (!at->part) [[likely]] return Block{at, at, at->range};
  const auto whole = VirtRange::of_pages(at->block_base, at->object.get()->shown_pages());
  Region* const first = space.find(whole.begin);
  Region* const last = space.find(VirtAddr{whole.end.value - kPageSize});
  // Of a block that is being moved, parts are elsewhere: it is here no more.
  const bool here = first != nullptr && last != nullptr && first->same_block(*at) &&
                    last->same_block(*at);
  return here ? std::optional(Block{first, last, whole}) : std::nullopt;
}

Result<Block> block_around(AddressSpace& space, VirtRange range) {
  auto block = find_block(space, range.begin);
  if (!block || !block->range.contains(range)) return Failure(Error::BadArgument);
  return *block;
}

Result<VirtRange> choose_range_near(AddressSpace& space, PageCount pages, VirtAddr wanted) {
  const RegionSet& regions = space.regions.set();
  std::optional<VirtAddr> base;
  if (wanted.value == 0) {
    base = regions.find_gap_at_or_above(kUserRange.begin, pages);
  } else {
    // find_gap_at_or_above answers with `wanted` itself where that is free.
    VirtAddr from = wanted.page_down();
    if (from < kUserRange.begin) from = kUserRange.begin;
    if (from < kUserRange.end) base = regions.find_gap_at_or_above(from, pages);
    if (!base) base = regions.find_gap_below(kUserRange.end, pages);
  }
  if (!base) return Failure(Error::OutOfAddressSpace);
  return VirtRange::of_pages(*base, pages);
}

Result<void> Cuts::acquire(AddressSpace& space) {
  const Region* const first = space.find(range_.begin);
  const Region* const last = space.find(VirtAddr{range_.end.value - kPageSize});
  if (first->range.begin != range_.begin && !lower_) lower_ = TRY(space.regions.make());
  if (last->range.end != range_.end && !upper_) upper_ = TRY(space.regions.make());
  return {};
}

Region& Cuts::cut(AddressSpace& space, Region& region) {
  if (region.range.end > range_.end) space.regions.split(region, range_.end, std::move(upper_));
  if (region.range.begin >= range_.begin) return region;
  space.regions.split(region, range_.begin, std::move(lower_));
  return *space.regions.next(region);
}

void return_to_reservation(AddressSpace& space, Region& region) {
  region.kind = RegionKind::Reserved;
  region.access = Access::None;
  region.block_base = region.reservation;
  region.reservation = VirtAddr{0};
  if (region.locking != Locking::None) space.regions.lock(region, Locking::None);
  region.detach();
  region.first_page = 0;
  region.read_ahead = {};
  region.fault_around = {};
  space.regions.merge(region);
}

Result<void> check_promises(AddressSpace& space, uint32_t more) {
  const MemoryManager& manager = space.manager();
  const uint32_t slots = manager.swap == nullptr ? 0 : manager.swap->good_slots();
  const uint32_t all = manager.frames.counts().total() + slots - manager.promises.reserve();
  const uint32_t most = all / 4 * 3;
  const bool allowed = more <= most && (manager.promises.promised() <= most - more ||
                                        space.promised_pages() <= most - more);
  return allowed ? Result<void>() : Failure(Error::LimitReached);
}

namespace {

Result<void> make_promised_slots(VmObject& object, PageCount pages) REQUIRES(memory_lock) {
  if (object.pages() < pages) TRY(object.resize_slots(pages, FrameClass::Promised));
  return object.make_all_slots(FrameClass::Promised);
}

}  // namespace

// The slots are made at once and out of the promise itself, for only promised memory may be left.
Result<void> promise_pages(AddressSpace& space, VmObject& object, PageCount had,
                           PageCount pages) {
  MemoryManager& manager = space.manager();
  const Cost slots{SlotTable::frames_for(pages), SlotTable::frames_for(pages)};
  const Cost promised_before = had == 0 ? Cost{} : Promises::cost_of(had);
  const Cost cost = Promises::cost_of(pages) - promised_before + slots;
  TRY(check_promises(space, cost.pages));
  TRY(space.regions.check_slots(pages * sizeof(PageSlot)));
  Promise more = TRY(manager.promises.promise(cost));
  TRY(make_promised_slots(object, pages));
  more.reduce(slots);
  object.promise().add(std::move(more));
  return {};
}

}  // namespace mobius::mm
