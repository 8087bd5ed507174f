// The invariants, each as the KASSERT that says it.
#include "mm/invariants.h"

#include <array>

#include "mm/paging/paging.h"
#include "mm/space/reverse_map.h"

namespace mobius::mm {

namespace {

constexpr unsigned kFrameUses = static_cast<unsigned>(FrameUse::ZeroFrame) + 1;

struct Totals {
  std::array<uint32_t, kFrameUses> resident{};  // by the use of their frames
  uint32_t swapped = 0;   // pages in their slots, and in no frame that they have
  uint32_t standby = 0;   // of these, those that a frame on standby still holds
  uint32_t owed = 0;      // of what is promised
  uint32_t slots = 0;     // swap slots in use, those that resident pages keep included
  uint32_t tables = 0, locked = 0;
};

// A swap slot that is used by a page is in use, and no page has one without swap space.
void check_absent(MemoryManager& manager, const PageSlot& slot, Totals& totals)
    REQUIRES(memory_lock) {
  const bool swapped = (slot.kind() == SlotKind::Swapped || slot.kind() == SlotKind::Busy) &&
                       slot.swap_slot() != kNoSwapSlot;
  if (!swapped) return;
  KASSERT(manager.swap->slots().in_use(slot.swap_slot()));
  ++totals.swapped;
  ++totals.slots;
  if (slot.kind() == SlotKind::Swapped) {
    totals.standby += manager.frames.standby().has(slot.swap_slot()) ? 1 : 0;
  }
}

void check_marks(MemoryManager& manager, const VmObject& object, const FrameRecord& record,
                 Totals& totals) REQUIRES(memory_lock) {
  KASSERT(record.marks.legal() && !record.marks.has(PageMark::Orphan));
  KASSERT(record.list == 0 || record.marks.has(PageMark::Tracked));
  if (!record.marks.any({PageMark::CleanCopy, PageMark::Writing})) return;
  if (&object.pager() != manager.default_pager) {
    KASSERT(!record.marks.has(PageMark::CleanCopy));
    return;
  }
  KASSERT(manager.swap->slots().in_use(record.swap_slot));
  ++totals.slots;
}

// VmmUnlock lets go of its pages in steps.
bool is_in_a_long_call(VmObject& object) REQUIRES(memory_lock) {
  for (const Region& view : object.views()) {
    if (view.space->long_call != nullptr) return true;
  }
  return false;
}

// Every Resident slot owns its frame, and the frame's record names the slot.
void check_object(MemoryManager& manager, VmObject& object, Totals& totals) REQUIRES(memory_lock) {
  uint32_t resident = 0, locked = 0;  // locked: by nobody any more
  const uint32_t swapped_before = totals.swapped;
  object.slots().for_each(0, object.pages(),
                          [&](PageIndex page, PageSlot& slot) REQUIRES(memory_lock) {
    if (slot.kind() == SlotKind::Backed) KASSERT(object.backing() != nullptr);
    if (slot.kind() == SlotKind::Stored) KASSERT(object.source() == &object);
    if (slot.kind() != SlotKind::Resident) {
      KASSERT(!slot.dirty());
      check_absent(manager, slot, totals);
      return;
    }
    ++resident;
    const FrameRecord& record = manager.frames.record(slot.frame());
    KASSERT(record.use == object.frame_use());
    KASSERT(record.owner == &object && record.index == page);
    check_marks(manager, object, record, totals);
    locked += record.marks.has(PageMark::Locked) && !is_locked(object, page) ? 1 : 0;
  });
  KASSERT(resident == object.resident_pages());
  KASSERT(locked == 0 || is_in_a_long_call(object));
  KASSERT(totals.swapped - swapped_before == object.swapped_pages());
  if (object.promised()) {
    totals.owed += object.promise().pages() - resident - (totals.swapped - swapped_before);
  }
  KASSERT(object.references() > 0);
  totals.resident[static_cast<unsigned>(object.frame_use())] += resident;
}

// What a translation shows is what the slot says, with no more rights than the region gives.
void check_mapping(MemoryManager& manager, Region& region, PageSlot& slot, PageIndex index,
                   const Mapping& mapping, VirtAddr page) REQUIRES(memory_lock) {
  KASSERT(mapping.access <= region.access_at(page));
  switch (slot.kind()) {
    case SlotKind::Resident: KASSERT(mapping.frame == slot.frame()); return;
    case SlotKind::Zero:
      KASSERT(mapping.frame == manager.zero_frame);
      KASSERT(mapping.access == Access::Read && !mapping.dirty);
      return;
    case SlotKind::Backed: {
      PageSlot* backing = region.object.get()->backing()->slots().find(index);
      KASSERT(backing != nullptr && mapping.frame == backing->frame());
      KASSERT(mapping.access == Access::Read && !mapping.dirty);
      return;
    }
    case SlotKind::Empty:
    case SlotKind::Swapped:
    case SlotKind::Stored:
    case SlotKind::Discarded:
    case SlotKind::Busy: break;
  }
  KASSERT(!"a page without contents is mapped");
}

// Returns how many translations the region accounts for.
uint32_t check_region(MemoryManager& manager, AddressSpace& space, Region& region)
    REQUIRES(memory_lock) {
  KASSERT(!region.range.empty() && kUserRange.contains(region.range));
  KASSERT((region.kind == RegionKind::Reserved) == (region.object.get() == nullptr));
  KASSERT(region.block_base <= region.range.begin);
  if (region.kind == RegionKind::Reserved) return 0;
  VmObject& object = *region.object.get();
  KASSERT(region.first_page + region.range.size_pages() <= object.pages());
  uint32_t mapped = 0;
  PageIndex first = region.first_page;
  object.slots().for_each(
      first, first + region.range.size_pages(),
      [&](PageIndex index, PageSlot& slot) REQUIRES(memory_lock) {
        VirtAddr page = pages_after(region.range.begin, index - first);
        auto mapping = space.map().find(page);
        if (!mapping) return;
        check_mapping(manager, region, slot, index, *mapping, page);
        ++mapped;
      });
  return mapped;
}

// Neighbours that are one block with the same rights are one region.
void check_neighbours(AddressSpace& space, Region& region) REQUIRES(memory_lock) {
  Region* next = space.regions.next(region);
  if (next == nullptr) return;
  KASSERT(region.range.end <= next->range.begin);
  if (region.kind == RegionKind::Reserved && next->kind == RegionKind::Reserved) {
    KASSERT(region.block_base != next->block_base);
  }
  if (region.kind == RegionKind::Block && region.same_block(*next)) {
    KASSERT(region.range.end == next->range.begin &&
            (region.access != next->access || region.locking != next->locking));
  }
}

void check_space(MemoryManager& manager, AddressSpace& space, Totals& totals)
    REQUIRES(memory_lock) {
  const RegionSet& regions = space.regions.set();
  regions.check();
  uint32_t mapped = 0, resident = 0, swapped = 0, locked = 0;
  size_t slots = 0;
  for (RegionNode* n = regions.first(); n != nullptr; n = regions.next(*n)) {
    auto& region = static_cast<Region&>(*n);
    mapped += check_region(manager, space, region);
    if (region.locking != Locking::None) locked += region.range.size_pages();
    check_neighbours(space, region);
    VmObject* const object = region.object.get();
    // Once an object, which several regions may show; while it moves, in two places.
    if (object == nullptr || object->views().front() != &region) continue;
    if (!object->belongs_to(space.footprint)) continue;
    slots += object->slots().bookkeeping_bytes();
    resident += object->resident_pages();
    swapped += object->swapped_pages();
  }
  KASSERT(resident == space.footprint.resident && swapped == space.footprint.swapped);
  KASSERT(space.regions.kernel_bytes() == space.regions.count() * kRegionBytes + slots);
  KASSERT(mapped == space.map().mapped_pages());
  KASSERT(locked == space.regions.locked_pages());
  totals.locked += locked;
  totals.tables += space.map().table_frames();
}

}  // namespace

void check_machine(MemoryManager& manager) {
  LockGuard guard(manager.lock);
  manager.frames.check();
  manager.heap.check();
  Totals totals;
  for (VmObject& object : manager.objects) check_object(manager, object, totals);
  for (AddressSpace& space : manager.spaces) check_space(manager, space, totals);
  KASSERT(totals.owed == manager.promises.owed());
  KASSERT(totals.standby == manager.frames.standby().count());
  KASSERT(totals.locked == manager.locked_pages);
  if (manager.swap != nullptr && manager.swap->device().on()) {
    const SwapPager& swap = *manager.swap;
    swap.slots().check();
    KASSERT(totals.swapped == swap.swapped_pages());
    // A page that was freed while it was being written has a slot, and is nobody's any more.
    KASSERT(totals.slots + swap.slots().retired() + swap.slots().free() <= swap.slots().total());
  }
  // A frame that is being read into belongs to its reader and is in no slot yet.
  for (unsigned use = 0; use < kFrameUses; ++use) {
    const uint32_t resident = totals.resident[use];
    KASSERT(resident == 0 || resident <= manager.frames.counts().used(static_cast<FrameUse>(use)));
  }
  KASSERT(totals.tables <= manager.frames.counts().used(FrameUse::PageTable));
}

}  // namespace mobius::mm
