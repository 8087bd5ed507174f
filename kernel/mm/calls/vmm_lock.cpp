// VmmLock, VmmUnlock, VmmAdvise(will need): pages that must or should be in memory.
#include <algorithm>

#include "mm/calls/vmm_internal.h"
#include "mm/fault/fault.h"
#include "mm/objects/residency.h"

namespace mobius::mm {

namespace {

// Pages that are looked at under one lock: 10 instructions each, 100 where one is unlocked.
constexpr PageCount kStep = 1024;

// S1: of the pages in RAM.
uint32_t most_for(const AddressSpace& space) {
  return space.manager().frames.total_frames() / kLockShareOfProcess;
}

// block_around, for a block of VmmAlloc only.
Result<Block> whole_block_around(AddressSpace& space, VirtRange range) REQUIRES(memory_lock) {
  const Block block = TRY(block_around(space, range));
  return block.first->kind == RegionKind::Block ? Result<Block>(block)
                                                : Failure(Error::BadArgument);
}

// The record of the page's frame; null where it has none of its own.
FrameRecord* record_of(VmObject& object, PageIndex index) REQUIRES(memory_lock) {
  PageSlot* slot = object.slots().find(index);
  if (slot == nullptr || slot->kind() != SlotKind::Resident) return nullptr;
  return &object.manager().frames.record(slot->frame());
}

// f(page) for each, some under each lock, between which others run.
template <typename F>
void for_each_page(VmObject& object, PageIndex first, PageCount pages, F&& f)
    EXCLUDES(memory_lock) {
  const PageIndex end = first + pages;
  for (PageIndex page = first; page < end;) {
    {
      LockGuard guard(object.manager().lock);
      for (const PageIndex stop = std::min(end, page + kStep); page < stop; ++page) f(page);
    }
    if (page < end) object.manager().waiting.let_others_run();
  }
}

// Pages of a block that get locked now; they are unlocked again unless that is the end of it. It
// follows the block's object: the block may be moved or freed while it sleeps. One at a time in
// each address space, so that no page is locked by two.
class Locking {
 public:
  Locking(AddressSpace& space, VirtRange range) : space_(space), range_(range) {}
  Locking(const Locking&) = delete;
  ~Locking() EXCLUDES(memory_lock);
  // Waits for its turn. Fails: BadArgument, LimitReached.
  Result<void> begin() EXCLUDES(memory_lock);
  // From here on they stay locked.
  void finish() EXCLUDES(memory_lock);

  // Brings the page in and locks it. Fails: OutOfFrames, IoError, LimitReached, BadArgument (no
  // access, or no such block any more).
  Result<void> add(VirtAddr page) EXCLUDES(memory_lock);

 private:
  Result<bool> try_begin(LongCall& call) EXCLUDES(memory_lock);
  // Whether all pages may be locked by this process, and by all of them together.
  Result<void> check_quota() EXCLUDES(memory_lock);
  bool all_may_lock(uint32_t more) const REQUIRES(memory_lock);
  enum class Then : uint8_t { StayLocked, Unlock };
  // What this call has locked is no longer its own.
  void settle(Then then) EXCLUDES(memory_lock);
  Result<bool> mark(VirtAddr page) EXCLUDES(memory_lock);
  PageIndex index_of(VirtAddr page) const { return first_ + ((page - range_.begin) >> kPageShift); }

  AddressSpace& space_;
  const VirtRange range_;
  VmObject* object_ = nullptr;  // the block's, with a reference; null: it has not begun
  PageIndex first_ = 0;
};

Result<void> Locking::begin() {
  LongCall call(space_);
  while (!TRY(try_begin(call))) space_.manager().waiting.wait(&space_.locking);
  return check_quota();
}

Result<bool> Locking::try_begin(LongCall& call) {
  CallGuard guard(call);
  if (space_.locking) return false;
  call.begin(TRY(whole_block_around(space_, range_)).range);
  Region* region = space_.find(range_.begin);
  object_ = region->object.get();
  object_->add_reference();
  first_ = region->page_at(range_.begin);
  space_.locking = true;
  return true;
}

Locking::~Locking() {
  if (object_ == nullptr) return;
  settle(Then::Unlock);
  LockGuard guard(space_.manager().lock);
  object_->drop_reference();
  space_.locking = false;
  space_.manager().waiting.wake(&space_.locking);
}

void Locking::finish() {
  settle(Then::StayLocked);
}

// The block may be elsewhere by now, or be gone: what is there then waits for this, too.
void Locking::settle(Then then) {
  LongCall call(space_);
  {
    CallGuard guard(call);
    call.begin(range_);
  }
  for_each_page(*object_, first_, range_.size_pages(), [&](PageIndex page) REQUIRES(memory_lock) {
    FrameRecord* record = record_of(*object_, page);
    if (record == nullptr || !record->marks.has(PageMark::Locking)) return;
    record->marks.remove({PageMark::Locking});
    if (then == Then::Unlock) space_.manager().residency->unlock(*record);
  });
}

Result<bool> Locking::mark(VirtAddr page) {
  LockGuard guard(space_.manager().lock);
  Region* region = space_.find(page);
  if (region == nullptr || region->object.get() != object_ ||
      region->page_at(page) != index_of(page)) {
    return Failure(Error::BadArgument);
  }
  FrameRecord* record = record_of(*object_, index_of(page));
  if (record == nullptr) return false;
  if (record->marks.has(PageMark::Locked)) return true;
  if (!all_may_lock(1)) return Failure(Error::LimitReached);  // others have locked meanwhile
  space_.manager().residency->lock(*record);
  record->marks.add(PageMark::Locking);
  return true;
}

Result<void> Locking::add(VirtAddr page) {
  // It may be evicted again between the fault and the mark.
  constexpr unsigned kTries = 64;
  for (unsigned i = 0; i < kTries; ++i) {
    switch (resolve_fault(space_, {page, FaultAccess::Write})) {
      case FaultOutcome::Resolved: break;
      case FaultOutcome::NotAllowed: return Failure(Error::BadArgument);
      case FaultOutcome::OutOfMemory: return Failure(Error::OutOfFrames);
      case FaultOutcome::IoError: return Failure(Error::IoError);
    }
    if (TRY(mark(page))) return {};
  }
  return Failure(Error::OutOfFrames);
}

Result<void> Locking::check_quota() {
  uint32_t fresh = 0;
  for_each_page(*object_, first_, range_.size_pages(), [&](PageIndex page) REQUIRES(memory_lock) {
    const FrameRecord* record = record_of(*object_, page);
    if (record == nullptr || !record->marks.has(PageMark::Locked)) ++fresh;
  });
  LockGuard guard(space_.manager().lock);
  const bool allowed = space_.locked_pages() + fresh <= most_for(space_) && all_may_lock(fresh);
  return allowed ? Result<void>() : Failure(Error::LimitReached);
}

bool Locking::all_may_lock(uint32_t more) const {
  const MemoryManager& manager = space_.manager();
  const uint32_t most = manager.frames.total_frames() / kLockShareOfAll;
  return manager.residency->locked_pages() + more <= most;
}

SlotKind kind_of(AddressSpace& space, VirtAddr page) EXCLUDES(memory_lock) {
  LockGuard guard(space.manager().lock);
  const PageSlot* slot = space.slot_at(page);
  return slot != nullptr ? slot->kind() : SlotKind::Empty;
}

}  // namespace

namespace {

// Where pages may be brought in, a step is shorter.
bool is_step_end(VirtRange range, VirtAddr page) {
  return ((page - range.begin) >> kPageShift) % (kStep / 4) == kStep / 4 - 1;
}

}  // namespace

Result<void> vmm_lock(AddressSpace& space, VirtAddr base, PageCount pages) {
  if (space.manager().residency == nullptr) return Failure(Error::NotSupported);
  VirtRange range = TRY(user_range(base, pages));
  Locking locking(space, range);
  TRY(locking.begin());
  for (VirtAddr page = range.begin; page < range.end; page = pages_after(page, 1)) {
    if (is_step_end(range, page)) space.manager().waiting.let_others_run();
    if (space.manager().waiting.called_off()) return Failure(Error::Interrupted);
    TRY(locking.add(page));
  }
  locking.finish();
  return {};
}

Result<void> vmm_unlock(AddressSpace& space, VirtAddr base, PageCount pages) {
  VirtRange range = TRY(user_range(base, pages));
  LongCall call(space);
  VmObject* object = nullptr;
  PageIndex first = 0;
  {
    CallGuard guard(call);
    const Block block = TRY(whole_block_around(space, range));
    // From here on nothing fails.
    call.begin(block.range);
    object = block.first->object.get();
    first = space.find(range.begin)->page_at(range.begin);
  }
  for_each_page(*object, first, pages, [&](PageIndex page) REQUIRES(memory_lock) {
    FrameRecord* record = record_of(*object, page);
    if (record == nullptr || !record->marks.has(PageMark::Locked)) return;
    record->marks.remove({PageMark::Locking});  // also from a VmmLock that goes on
    space.manager().residency->unlock(*record);
  });
  return {};
}

Result<void> vmm_will_need(AddressSpace& space, VirtAddr base, PageCount pages) {
  VirtRange range = TRY(user_range(base, pages));
  {
    CallGuard guard(space);
    TRY(whole_block_around(space, range));
  }
  uint32_t left = most_for(space);
  for (VirtAddr page = range.begin; page < range.end; page = pages_after(page, 1)) {
    if (is_step_end(range, page)) space.manager().waiting.let_others_run();
    const SlotKind kind = kind_of(space, page);
    const bool away = kind == SlotKind::Swapped || kind == SlotKind::Stored;
    if (away || kind == SlotKind::Resident) {
      if (left-- == 0 || space.manager().waiting.called_off()) break;
    }
    // It is only advice: an error that a page has now is told when it is touched.
    if (!away) continue;
    const FaultOutcome outcome = resolve_fault(space, {page, FaultAccess::Read});
    if (outcome == FaultOutcome::OutOfMemory) break;
  }
  return {};
}

}  // namespace mobius::mm
