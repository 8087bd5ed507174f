// The story of a page fault (fault.h has the six steps; this file is steps 3 and 4).
//
// An attempt looks everything up, decides (fault_action.h), acquires what may fail, and only then
// changes anything. Nearly always the first attempt succeeds. One that cannot go on says what it
// needs; the fault waits for that with no lock held (fault_wait.h), and makes another attempt. That
// one starts over, because anything may have changed meanwhile.
#include "mm/fault/fault.h"

#include "mm/fault/fault_around.h"
#include "mm/fault/fault_action.h"
#include "mm/fault/fault_wait.h"
#include "mm/space/long_call.h"
#include "mm/space/reverse_map.h"

namespace mobius::mm {
namespace {

// The faulting page, as one attempt has found it.
struct FaultingPage {
  AddressSpace& space;
  const VirtAddr address;
  Region& region;
  const PageIndex index;  // in the region's object
  PageSlot& slot;
  const FrameClass thread;  // Promised: a promised thread asks (S1)

  VmObject& object() const REQUIRES(memory_lock) { return *region.object.get(); }
  // What was promised for the page includes its page table.
  FrameClass frame_class(FrameClass unpromised) const REQUIRES(memory_lock) {
    const bool promised = object().promised() || thread == FrameClass::Promised;
    return promised ? FrameClass::Promised : unpromised;
  }
  // Requires: the object has a backing, and the page is resident there.
  FrameNumber backing_frame() const REQUIRES(memory_lock) {
    return object().backing()->slots().find(index)->frame();
  }
  // Shows the frame at the page, in place of what may be there with fewer rights. Table: there is
  // no frame for one, and nothing has changed.
  [[gnu::always_inline]] Need::Kind show(FrameNumber frame, Access access) const
      REQUIRES(memory_lock) {
    const Entered entered =
        space.map().enter(address, frame, access, frame_class(FrameClass::Normal));
    if (entered == Entered::New) [[likely]] return Need::Nothing;
    return show_over(entered);
  }
  Need::Kind show_over(Entered entered) const REQUIRES(memory_lock) {
    if (entered == Entered::NoFrame) return Need::Table;
    KASSERT(slot.kind() != SlotKind::Empty);
    if (entered == Entered::OverDirty) object().note_dirty(slot);
    return Need::Nothing;
  }
};

// Where the source has the page. `source`: of a page that its object has no contents of.
Source state_in(VmObject& source, PageIndex index) REQUIRES(memory_lock) {
  const PageSlot* const slot = source.slots().find(index);
  const SlotKind kind = slot == nullptr ? SlotKind::Empty : slot->kind();
  if (kind == SlotKind::Resident) return Source::Resident;
  if (kind == SlotKind::Busy) return Source::Busy;
  return source.pager().has(index) ? Source::Absent : Source::None;
}

// ---- Step 4: the actions. One that does not return Nothing has changed nothing ----

[[gnu::always_inline]] inline Need::Kind map_zero_frame(const FaultingPage& page)
    REQUIRES(memory_lock) {
  const FrameNumber zeros = page.space.manager().zero_frame;
  if (page.show(zeros, Access::Read) != Need::Nothing) return Need::Table;
  if (page.slot.kind() != SlotKind::Zero) {
    page.object().move(page.index, page.slot, PageSlot::zero());
  }
  return Need::Nothing;
}

[[gnu::always_inline]] inline Need::Kind map_backing(const FaultingPage& page)
    REQUIRES(memory_lock) {
  if (page.show(page.backing_frame(), Access::Read) != Need::Nothing) return Need::Table;
  if (page.slot.kind() == SlotKind::Empty) {
    page.object().move(page.index, page.slot, PageSlot::backed());
  }
  return Need::Nothing;
}

// The page is resident, and is shown with all that the region allows.
[[gnu::always_inline]] inline Need::Kind map_own(const FaultingPage& page)
    REQUIRES(memory_lock) {
  return page.show(page.slot.frame(), page.region.access);
}

// Gives the page a frame of its own. Fill::None: a copy of what its backing has.
[[gnu::always_inline]] inline Need::Kind give_frame(const FaultingPage& page, Fill fill,
                                                   FrameClass who) REQUIRES(memory_lock) {
  MemoryManager& manager = page.space.manager();
  auto frame = manager.frames.allocate(page.object().frame_use(), Placement::Any, fill,
                                       page.frame_class(who));
  if (!frame) [[unlikely]] return Need::Frame;
  FrameRecord& record = frame->record();
  if (fill == Fill::None) manager.memory.copy(record.number, page.backing_frame());
  const Need::Kind shown = page.show(record.number, page.region.access);
  if (shown != Need::Nothing) [[unlikely]] return shown;
  page.object().install(page.slot, page.index, std::move(*frame));
  if (manager.lists_are_live) [[unlikely]] {
    manager.residency->faulted_in(record, page.slot.shadow());
  }
  const bool eager = fill == Fill::Zero && page.region.eager();
  if (eager) [[unlikely]] fault_around(page.space, page.region, page.index);
  return Need::Nothing;
}

// ---- Step 3: what the fault means ----

// The class of the frame that is needed: for the page, or for what belongs to it.
FrameClass class_for(Need::Kind kind, const FaultingPage& page, const VmObject* object)
    REQUIRES(memory_lock) {
  switch (kind) {
    case Need::Frame:
      return page.frame_class(page.slot.kind() == SlotKind::Discarded ? FrameClass::Normal
                                                                      : FrameClass::Growth);
    case Need::Page: return page.frame_class(object->pager().frame_class());
    default: return page.frame_class(FrameClass::Normal);
  }
}

// The page anew, so that an attempt that can go on need not keep it in memory.
FaultingPage page_at(AddressSpace& space, VirtAddr address, FrameClass thread)
    REQUIRES(memory_lock) {
  Region& region = *space.find(address);
  return {space, address, region, region.page_at(address), *space.slot_at(address), thread};
}

// The object whose page is missing: the region's own, or its backing.
VmObject* object_of_missing(const FaultingPage& page) REQUIRES(memory_lock) {
  const SlotKind kind = page.slot.kind();
  const bool own = kind == SlotKind::Busy || kind == SlotKind::Swapped || kind == SlotKind::Stored;
  return own ? &page.object() : page.object().source();
}

// What other views of the page still show goes: the frame of zeros, or the backing's.
void unmap_elsewhere(AddressSpace& space, VirtAddr address) REQUIRES(memory_lock) {
  const Region& region = *space.find(address);
  VmObject& object = *region.object.get();
  if (object.belongs_to(space.footprint)) return;
  for_each_mapping(object, region.page_at(address),
                   [&](AddressSpace& other, VirtAddr at, const Mapping&) REQUIRES(memory_lock) {
    if (&other != &space || at != address) (void)other.map().unmap(at);
  });
}

// All of what an attempt needs that could not go on. One that brings the page in gets a reference
// to its object.
Need need_of(Need::Kind kind, AddressSpace& space, VirtAddr address, FrameClass thread)
    REQUIRES(memory_lock) {
  const FaultingPage page = page_at(space, address, thread);
  VmObject* const object = object_of_missing(page);
  // The slot of an image's page stays, and is no part of a page that comes back.
  if (kind == Need::Page && !object->make_slot(page.index)) kind = Need::Table;
  const bool lacks_page = kind == Need::Page || kind == Need::Transfer;
  // From its first reference on, a page of an image that is not in RAM counts as paged out (R10).
  if (lacks_page && object != &page.object() && page.slot.kind() == SlotKind::Empty) {
    page.object().move(page.index, page.slot, PageSlot::backed());
  }
  if (page.space.load.suspended()) return {Need::Resume};
  if (kind == Need::Page) object->add_reference();
  return {kind, class_for(kind, page, object), lacks_page ? object : nullptr, page.index};
}

Need need_of_slot(AddressSpace& space, Error error, FrameClass thread) REQUIRES(memory_lock) {
  if (error == Error::LimitReached) return {Need::OverShare};
  return {space.load.suspended() ? Need::Resume : Need::Table, thread};
}

void count_fault(AddressSpace& space, Before before) REQUIRES(memory_lock) {
  MemoryManager& manager = space.manager();
  if (before == Before::Page) {
    ++manager.stats.faults_major;
    space.load.count_major();
  } else {
    ++manager.stats.faults_minor;
    space.load.count_minor();
  }
  if (manager.lists_are_live) [[unlikely]] manager.residency->age();
}

[[gnu::always_inline]] inline Need attempt(AddressSpace& space, PageFault fault, Before before,
                                           FrameClass thread) REQUIRES(memory_lock) {
  const VirtAddr address = fault.address.page_down();
  Region* const region = space.find(address);
  const Access allowed = region == nullptr ? Access::None : region->access_at(address);
  if (allowed == Access::None) [[unlikely]] return {Need::Refused};
  VmObject& object = *region->object.get();
  const PageIndex index = region->page_at(address);
  const auto slot = space.slot_of(object, index);
  if (!slot) [[unlikely]] return need_of_slot(space, slot.error(), thread);
  const FaultingPage page{space, address, *region, index, **slot, thread};
  FaultFacts facts{allowed, fault.access, page.slot.kind(), Source::None};
  if (object.source() != nullptr) facts.source = state_in(*object.source(), index);
  Need::Kind kind = Need::Nothing;
  FrameClass who = FrameClass::Growth;
  switch (decide(facts)) {
    case FaultAction::Refuse: return {Need::Refused};
    case FaultAction::MapZeroFrame: kind = map_zero_frame(page); break;
    case FaultAction::ZeroRefill: who = FrameClass::Normal; [[fallthrough]];
    case FaultAction::ZeroReplace: unmap_elsewhere(space, address); [[fallthrough]];
    case FaultAction::ZeroFill: kind = give_frame(page, Fill::Zero, who); break;
    case FaultAction::MapBacking: kind = map_backing(page); break;
    case FaultAction::CopyBacking:
      if (!object.belongs_to(space.footprint)) [[unlikely]] unmap_elsewhere(space, address);
      kind = give_frame(page, Fill::None, who);
      break;
    case FaultAction::MapOwn: kind = map_own(page); break;
    case FaultAction::PageIn: kind = Need::Page; break;
    case FaultAction::Wait: kind = Need::Transfer; break;
  }
  if (kind != Need::Nothing) [[unlikely]] return need_of(kind, space, address, thread);
  count_fault(space, before);
  return {Need::Nothing};
}

// Apart from resolve_fault(), so that the first attempt carries nothing of the waiting.
[[gnu::noinline]] FaultOutcome wait_and_retry(AddressSpace& space, PageFault fault, Need need) {
  FaultWait wait(space, fault.address.page_down());
  while (need.kind != Need::Nothing) {
    const FaultOutcome came = wait.until(need);
    if (came != FaultOutcome::Resolved) return came;
    CallGuard guard(space, fault.address.page_down());
    need = attempt(space, fault, wait.before(), wait.class_of_thread());
    wait.if_under_way(need);
  }
  return FaultOutcome::Resolved;
}

// Without a look at what it would have to wait for, nor at the thread that asks: mostly there is
// nothing, and frames for all.
[[gnu::always_inline]] inline Need first_attempt(AddressSpace& space, PageFault fault)
    EXCLUDES(memory_lock) {
  LockGuard guard(space.manager().lock);
  if (space.manager().careful_faults != 0) [[unlikely]] return {Need::Turn};
  return attempt(space, fault, Before::Nothing, FrameClass::Normal);
}

}  // namespace

FaultOutcome resolve_fault(AddressSpace& space, PageFault fault) {
  Lock::assert_no_lock_held();
  const Need need = first_attempt(space, fault);
  if (need.kind == Need::Nothing) [[likely]] return FaultOutcome::Resolved;
  return wait_and_retry(space, fault, need);
}

}  // namespace mobius::mm
