// The story of a page fault (fault.h has the six steps; this file is step 3).
//
// resolve_fault() tries; an attempt that finds the page on its way waits, one that finds it on a
// disk brings it in; both start over, for anything may have changed. An attempt looks everything up
// anew, decides (fault_action.h), acquires what may fail, and only then changes anything.
#include "mm/fault.h"

#include "mm/commit_ahead.h"
#include "mm/fault_action.h"
#include "mm/long_call.h"
#include "mm/patience.h"

namespace mobius::mm {
namespace {
// What an attempt came to: an outcome, or what has to happen before the next attempt.
enum class Next : uint8_t { Done, Refused, OverShare, NoFrame, Wait, Read, PageIn, Suspended };

struct Attempt {
  AddressSpace& space;
  const VirtAddr page;
  const FaultAccess access;
  Region* region PT_GUARDED_BY(memory_lock) = nullptr;
  PageIndex index = 0;
  PageSlot* slot PT_GUARDED_BY(memory_lock) = nullptr;
  VmObject* backing = nullptr;       // whose page to wait for or to read
  PageSlot* backing_slot PT_GUARDED_BY(memory_lock) = nullptr;
  Claim claim = Claim::Unpromised;   // what its frames may be taken from

  MemoryManager& manager() { return space.manager(); }
  VmObject& object() REQUIRES(memory_lock) { return *region->object.get(); }
  // Whose page it is that is not there.
  VmObject& missing(Next next) REQUIRES(memory_lock) {
    const bool own = next == Next::PageIn || slot->kind == SlotKind::Busy;
    return own ? object() : *backing;
  }

  [[gnu::always_inline]] bool done_at_once() REQUIRES(memory_lock);
  [[gnu::always_inline]] FaultAction look_up(Result<void>& bookkeeping) REQUIRES(memory_lock);
  [[gnu::always_inline]] Next act(FaultAction action) REQUIRES(memory_lock);
  Next run() REQUIRES(memory_lock);
  Next act_with_care(FaultAction action) REQUIRES(memory_lock);
  Next act_promised(FaultAction action) REQUIRES(memory_lock);
  BackingState backing_state() REQUIRES(memory_lock);
  Next on_its_way(Next next) REQUIRES(memory_lock);
  Claim claim_to_bring_in(Next next) REQUIRES(memory_lock);
  Next map_zero_frame() REQUIRES(memory_lock);
  [[gnu::always_inline]] Next zero_fill() REQUIRES(memory_lock);
  [[gnu::always_inline]] Next no_frame_to_grow();
  Next map_backing() REQUIRES(memory_lock);
  Next copy_backing() REQUIRES(memory_lock);
  Next map_own() REQUIRES(memory_lock);
  [[gnu::always_inline]] Next give(OwnedFrame& frame) REQUIRES(memory_lock);
  [[gnu::always_inline]] bool enter(FrameNumber frame, Access access) REQUIRES(memory_lock);
};

// What the slot does not say by itself: where the backing has the page.
BackingState Attempt::backing_state() {
  backing = object().backing();
  if (backing == nullptr) return BackingState::None;
  backing_slot = backing->slots().find(index);
  SlotKind kind = backing_slot == nullptr ? SlotKind::Empty : backing_slot->kind;
  if (kind == SlotKind::Resident) return BackingState::Resident;
  if (kind == SlotKind::Busy) return BackingState::Busy;
  return backing->has_content(index) ? BackingState::Absent : BackingState::None;
}

inline FaultAction Attempt::look_up(Result<void>& bookkeeping) {
  region = space.find(page);
  FaultFacts facts{Access::None, access, SlotKind::Empty, BackingState::None};
  if (region != nullptr) facts.allowed = region->access_at(page);
  if (facts.allowed == Access::None) return decide(facts);
  index = region->page_at(page);
  auto found = space.slot_of(object(), index);
  if (!found) [[unlikely]] {
    bookkeeping = Failure(found.error());
    return FaultAction::Refuse;
  }
  slot = *found;
  facts.slot = slot->kind;
  if (object().backing() != nullptr) facts.backing = backing_state();
  return decide(facts);
}

// The attempt by value: one whose address nobody has stays in registers.
[[gnu::noinline]] bool done_with_care(Attempt attempt, FaultAction action) REQUIRES(memory_lock) {
  return action != FaultAction::Refuse && attempt.act_with_care(action) == Next::Done;
}

// True where the fault is resolved. Otherwise run() says what is missing.
inline bool Attempt::done_at_once() {
  Result<void> bookkeeping;
  const FaultAction action = look_up(bookkeeping);
  const bool common = action != FaultAction::Refuse && !object().needs_care();
  if (!common) [[unlikely]] return done_with_care(*this, action);
  return act(action) == Next::Done;
}

Next Attempt::run() {
  Result<void> bookkeeping;
  FaultAction action = look_up(bookkeeping);
  if (bookkeeping) return action == FaultAction::Refuse ? Next::Refused : act_with_care(action);
  return bookkeeping.error() == Error::LimitReached ? Next::OverShare : Next::NoFrame;
}

// What the block was asked to be: promised, or eager.
[[gnu::noinline]] Next Attempt::act_with_care(FaultAction action) {
  const Next next = object().promised() ? act_promised(action) : act(action);
  const bool first_write = action == FaultAction::ZeroFill && next == Next::Done;
  if (first_write && object().eager()) commit_ahead(space, *region, index);
  return next;
}

// Memory was promised for this page and its page table: they may come from below the floor.
[[gnu::noinline]] Next Attempt::act_promised(FaultAction action) {
  claim = Claim::Promised;
  const bool had_contents = slot->kind == SlotKind::Resident;
  const Claim before = manager().frames.claim_all(Claim::Promised);
  const Next next = act(action);
  manager().frames.claim_all(before);
  if (!had_contents && slot->kind == SlotKind::Resident) manager().promises.given();
  return next;
}

inline Next Attempt::act(FaultAction action) {
  switch (action) {
    case FaultAction::Refuse: return Next::Refused;
    case FaultAction::Wait: return on_its_way(Next::Wait);
    case FaultAction::ReadBacking:  // the image's slot, which is kept, is no page that comes back
      return backing->slots().get(index) ? on_its_way(Next::Read) : Next::NoFrame;
    case FaultAction::MapZeroFrame: return map_zero_frame();
    case FaultAction::ZeroFill: return zero_fill();
    case FaultAction::MapBacking: return map_backing();
    case FaultAction::CopyBacking: return copy_backing();
    case FaultAction::MapOwn: return map_own();
    case FaultAction::PageIn: return Next::PageIn;
  }
  __builtin_unreachable();
}

// From its first reference on, a page of an image that is not in RAM counts as paged out (R10).
Next Attempt::on_its_way(Next next) {
  if (slot->kind == SlotKind::Empty) slot->make_backed();
  return next;
}

Claim Attempt::claim_to_bring_in(Next next) {
  if (next == Next::Read) return Claim::Returning;  // an image's: it can always go again
  return next == Next::PageIn ? manager().pageout->swap().claim_of_pages() : Claim::Unpromised;
}

// Enters `frame` at the page, in place of what may be there with fewer rights. False: no frame for
// a page table; nothing has changed then.
inline bool Attempt::enter(FrameNumber frame, Access access) {
  TranslationMap& map = space.map();
  if (slot->kind != SlotKind::Empty) {
    if (auto old = map.replace(page, frame, access)) {
      if (old->dirty) slot->dirty = true;
      return true;
    }
  }
  if (map.map_in_table(page, frame, access)) [[likely]] return true;
  auto prepared = map.prepare(page);
  if (!prepared) return false;
  map.map(std::move(*prepared), page, frame, access);
  return true;
}

Next Attempt::map_zero_frame() {
  if (!enter(manager().zero_frame, Access::Read)) return Next::NoFrame;
  if (slot->kind != SlotKind::Zero) slot->make_zero();
  return Next::Done;
}

Next Attempt::map_backing() {
  if (!enter(backing_slot->frame(), Access::Read)) return Next::NoFrame;
  if (slot->kind == SlotKind::Empty) slot->make_backed();
  return Next::Done;
}

// The page gets the frame, with all the region allows.
inline Next Attempt::give(OwnedFrame& frame) {
  FrameRecord& record = frame.record();
  if (!enter(record.number, region->access)) return Next::NoFrame;
  object().install(*slot, index, std::move(frame));
  if (manager().tracking) [[unlikely]] {
    manager().pageout->faulted_in(record, slot->shadow);
  }
  return Next::Done;
}

// A frame that code gives up would not be for us.
inline Next Attempt::no_frame_to_grow() {
  if (claim == Claim::Unpromised) claim = Claim::Growth;
  return Next::NoFrame;
}

inline Next Attempt::zero_fill() {
  auto frame = manager().frames.allocate(FrameUse::Anonymous, Placement::Any, Fill::Zero,
                                         Claim::Growth);
  if (frame) [[likely]] return give(*frame);
  if (slot->kind != SlotKind::Discarded) return no_frame_to_grow();
  frame = manager().frames.allocate(FrameUse::Anonymous, Placement::Any, Fill::Zero);
  return frame ? give(*frame) : Next::NoFrame;  // a page that was had before is no growth
}

Next Attempt::copy_backing() {
  auto frame = manager().frames.allocate(FrameUse::Anonymous, Placement::Any, Fill::None,
                                         Claim::Growth);
  if (!frame) return no_frame_to_grow();
  manager().memory.copy(frame->number(), backing_slot->frame());
  return give(*frame);
}

Next Attempt::map_own() {
  return enter(slot->frame(), region->access) ? Next::Done : Next::NoFrame;
}

// Brings in what an attempt has found missing, or waits for it; whether it waited for a page. For
// Read and PageIn the caller has taken a reference to the object that is read.
Result<bool> bring_in(Attempt& attempt, Next next, VmObject* object) EXCLUDES(memory_lock) {
  // Who is suspended does not stand still for want of a page, but so that others do not.
  if (next == Next::Suspended) {
    attempt.manager().waiting.wait(&attempt.space);
    return false;
  }
  const Pressure::Stall stall(attempt.manager().pressure);
  switch (next) {
    case Next::Wait: attempt.manager().waiting.wait(object); return true;
    case Next::Read: TRY(object->read_in(attempt.index, attempt.claim)); return true;
    case Next::PageIn:
      return attempt.manager().pageout->swap().page_in(attempt.space, attempt.page, *object,
                                                       attempt.index);
    case Next::NoFrame: return Failure(Error::OutOfFrames);
    case Next::Suspended: case Next::Done: case Next::Refused: case Next::OverShare: break;
  }
  __builtin_unreachable();
}

// The retry loop, for whatever an attempt at once could not resolve.
[[gnu::noinline]] FaultOutcome resolve_slowly(AddressSpace& space, PageFault fault) {
  MemoryManager& manager = space.manager();
  if (manager.pageout != nullptr) manager.pageout->give_way();
  Patience patience(manager.pageout);
  bool waited = false;
  std::optional<Claim> given_up;
  for (;;) {
    Attempt attempt{space, fault.address.page_down(), fault.access};
    Next next;
    VmObject* object = nullptr;
    {
      CallGuard guard(space, attempt.page);
      next = attempt.run();
      if (next == Next::Done) {
        ++(waited ? manager.stats.faults_major : manager.stats.faults_minor);
        if (waited) space.count_major_fault();
        else ++space.faults_minor;
        if (manager.tracking) [[unlikely]] manager.pageout->age();
        return FaultOutcome::Resolved;
      }
      if (next == Next::Refused) return FaultOutcome::NotAllowed;
      if (next == Next::OverShare) return FaultOutcome::OutOfMemory;
      if (space.suspended()) {
        next = Next::Suspended;
      } else if (next != Next::NoFrame) {
        object = &attempt.missing(next);
      }
      if (next == Next::Read || next == Next::PageIn) object->add_reference();
      if (attempt.claim == Claim::Unpromised) attempt.claim = attempt.claim_to_bring_in(next);
    }
    const Result<bool> came = bring_in(attempt, next, object);
    waited |= came && *came;
    if (came) continue;
    if (came.error() != Error::OutOfFrames) return FaultOutcome::IoError;
    if (manager.pageout == nullptr || given_up == attempt.claim) return FaultOutcome::OutOfMemory;
    // Once more, for others may have been given promised memory at this address meanwhile.
    if (!patience.wait_for_frames(attempt.claim)) given_up = attempt.claim;
  }
}

}  // namespace

FaultOutcome resolve_fault(AddressSpace& space, PageFault fault) {
  Lock::assert_no_lock_held();
  MemoryManager& manager = space.manager();
  {
    LockGuard guard(manager.lock);
    if (manager.careful_faults == 0) [[likely]] {
      Attempt attempt{space, fault.address.page_down(), fault.access};
      if (attempt.done_at_once()) [[likely]] {
        ++manager.stats.faults_minor;
        ++space.faults_minor;
        if (manager.tracking) [[unlikely]] manager.pageout->age();
        return FaultOutcome::Resolved;
      }
    }
  }
  return resolve_slowly(space, fault);
}

}  // namespace mobius::mm
