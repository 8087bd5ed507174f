// Pages committed before they are touched (fault_around.h).
#include "mm/fault/fault_around.h"

#include <algorithm>

#include "mm/objects/residency.h"

namespace mobius::mm {

namespace {

// Not where a first write can be: a block has no more pages than there are user addresses.
constexpr PageIndex kNowhere = 0xFFFFFFFF;

// How many pages from `page` on the fault may commit beside its own.
uint32_t room_behind(AddressSpace& space, const Region& region, PageIndex page)
    REQUIRES(memory_lock) {
  const MemoryManager& manager = space.manager();
  if (manager.starving != 0) return 0;
  const PageCount in_region = region.page_at(region.range.end) - page;
  return std::min(in_region, manager.frames.gate().spare());
}

// None: the page has been referenced before, or would take more than a frame.
enum class Committed : uint8_t { One, None };

Committed commit(AddressSpace& space, Region& region, PageIndex page) REQUIRES(memory_lock) {
  MemoryManager& manager = space.manager();
  VmObject& object = *region.object.get();
  PageSlot* const slot = object.slots().find(page);
  if (slot == nullptr || slot->kind() != SlotKind::Empty) return Committed::None;
  auto frame = manager.frames.allocate(object.frame_use(), Placement::Any, Fill::Zero,
                                       FrameClass::Growth);
  if (!frame) return Committed::None;
  const FrameNumber number = frame->number();
  const Offered offered =
      space.map().enter_if_ready(region.address_of(page), number, region.access);
  if (offered == Offered::Declined) return Committed::None;
  // From here on nothing fails.
  object.install(*slot, page, std::move(*frame));
  ++manager.stats.pages_ahead;
  if (manager.lists_are_live) {
    manager.residency->was_read_ahead(manager.frames.record(number), slot->shadow());
    manager.residency->age();
  }
  return Committed::One;
}

}  // namespace

void make_eager(Region& region) {
  const VmObject& object = *region.object.get();
  KASSERT(object.resident_pages() == 0 && object.source() == nullptr);
  region.fault_around = {kNowhere, 1};
}

void fault_around(AddressSpace& space, Region& region, PageIndex page) {
  FaultAround& ahead = region.fault_around;
  // Unsigned: a page before the next is far behind it.
  const bool goes_on = page - ahead.next <= ahead.window / 8;
  ahead.next = page + 1;
  ahead.window = goes_on ? std::min(ahead.window * 2, kMaxCommitAhead) : 1;
  if (!goes_on) return;
  uint32_t more = std::min(ahead.window - 1, room_behind(space, region, ahead.next));
  while (more-- > 0 && commit(space, region, ahead.next) == Committed::One) ++ahead.next;
}

}  // namespace mobius::mm
