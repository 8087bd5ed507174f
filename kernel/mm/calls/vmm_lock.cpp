// VmmLock, VmmUnlock, VmmAdvise(will need): pages that must or should be in memory.
#include <algorithm>

#include "mm/calls/vmm_internal.h"
#include "mm/fault/fault.h"
#include "mm/space/reverse_map.h"

namespace mobius::mm {

namespace {

// Pages that are brought in between two looks at whether others shall run.
constexpr PageCount kStep = 256;

// S1: of the pages in RAM.
uint32_t most_for(const AddressSpace& space) {
  return space.manager().frames.counts().total() / kLockShareOfProcess;
}

// block_around, for blocks of VmmAlloc and views of them only.
Result<Block> whole_block_around(AddressSpace& space, VirtRange range) REQUIRES(memory_lock) {
  const Block block = TRY(block_around(space, range));
  return block.first->is_view() ? Result<Block>(block) : Failure(Error::BadArgument);
}

// Pages of the range that are not locked now are let go of. Requires: a long call on the block is
// under way.
void let_go_in_steps(AddressSpace& space, VirtRange range) EXCLUDES(memory_lock) {
  change_in_steps(space, range, [&](Region& region, VirtAddr end) REQUIRES(memory_lock) {
    const VirtRange part = part_before(region, end, range.begin);
    let_go_of_locked(*region.object.get(), region.page_at(part.begin), region.page_at(part.end));
    return part.begin;
  });
}

// Pages of a block that get locked now: their regions are Coming, unless they were locked before,
// and are not again unless that is the end of it. It follows the block's object: the block may be
// moved or freed while it sleeps. One at a time in each address space: what is Coming is its own.
class LockCall {
 public:
  LockCall(AddressSpace& space, VirtRange range) : space_(space), range_(range) {}
  LockCall(const LockCall&) = delete;
  ~LockCall() EXCLUDES(memory_lock);
  // Waits for its turn. Fails: BadArgument, LimitReached, OutOfFrames.
  Result<void> begin() EXCLUDES(memory_lock);
  // From here on they stay locked.
  void finish() EXCLUDES(memory_lock) { settle(Locking::Locked); }

  // Brings the page in. Fails: OutOfFrames, IoError, BadArgument (no access, or no such block any
  // more).
  Result<void> add(VirtAddr page) EXCLUDES(memory_lock);

 private:
  // Awaited: it was another's turn, and it has slept.
  enum class Turn : uint8_t { Own, Awaited };
  Result<Turn> try_begin(LongCall& call, Cuts& cuts) EXCLUDES(memory_lock);
  Result<void> mark(Cuts& cuts) EXCLUDES(memory_lock);
  FaultAccess access_to(VirtAddr page) EXCLUDES(memory_lock);
  // Whether the pages may be locked by this process, and by all of them together.
  bool may_lock(PageCount more) const REQUIRES(memory_lock);
  // The block with what is Coming; nothing where that has gone.
  VirtRange begin_to_settle(LongCall& call) EXCLUDES(memory_lock);
  // What is Coming is `to`.
  void settle(Locking to) EXCLUDES(memory_lock);

  AddressSpace& space_;
  const VirtRange range_;
  VmObject* object_ = nullptr;  // the block's, with a reference; null: it has not begun
  PageIndex first_ = 0;
};

Result<void> LockCall::begin() {
  LongCall call(space_);
  Cuts cuts(range_);
  const auto attempt = [&] { return try_begin(call, cuts); };
  while (TRY(retry_for_frames(space_.manager(), attempt)) == Turn::Awaited) continue;
  return mark(cuts);
}

Result<LockCall::Turn> LockCall::try_begin(LongCall& call, Cuts& cuts) {
  CallGuard guard(call);
  if (space_.locking) {
    space_.manager().waiting.wait(&space_.locking, space_.manager().lock);
    return Turn::Awaited;
  }
  const Block block = TRY(whole_block_around(space_, range_));
  TRY(cuts.acquire(space_));
  // From here on nothing fails.
  call.begin(block.range);
  object_ = block.first->object.get();
  object_->add_reference();
  first_ = space_.find(range_.begin)->page_at(range_.begin);
  space_.locking = true;
  return Turn::Own;
}

// What is refused in the midst of it settles as any other that fails.
Result<void> LockCall::mark(Cuts& cuts) {
  bool allowed = true;
  change_in_steps(space_, range_, [&](Region& found, VirtAddr) REQUIRES(memory_lock) {
    if (found.locking != Locking::None || !allowed) return found.range.begin;
    Region& region = cuts.cut(space_, found);
    const VirtAddr begin = region.range.begin;
    allowed = may_lock(region.range.size_pages());
    if (allowed) space_.regions.lock(region, Locking::Coming);
    space_.regions.merge(region);
    return begin;
  });
  return allowed ? Result<void>() : Failure(Error::LimitReached);
}

bool LockCall::may_lock(PageCount more) const {
  const MemoryManager& manager = space_.manager();
  const uint32_t most_of_all = manager.frames.counts().total() / kLockShareOfAll;
  return space_.regions.locked_pages() + more <= most_for(space_) &&
         manager.locked_pages + more <= most_of_all;
}

LockCall::~LockCall() {
  if (object_ == nullptr) return;
  settle(Locking::None);
  LockGuard guard(space_.manager().lock);
  object_->drop_reference();
  space_.locking = false;
  space_.manager().waiting.wake(&space_.locking);
}

VirtRange LockCall::begin_to_settle(LongCall& call) {
  CallGuard guard(call);
  for (Region& view : object_->views()) {
    if (view.space != &space_ || view.locking != Locking::Coming) continue;
    const VirtRange block = find_block(space_, view.range.begin)->range;
    call.begin(block);
    return block;
  }
  return {};
}

void LockCall::settle(Locking to) {
  LongCall call(space_);
  const VirtRange block = begin_to_settle(call);
  change_in_steps(space_, block, [&](Region& region, VirtAddr) REQUIRES(memory_lock) {
    const VirtAddr begin = region.range.begin;
    if (region.locking != Locking::Coming) return begin;
    space_.regions.lock(region, to);
    space_.regions.merge(region);
    return begin;
  });
  if (to == Locking::None) let_go_in_steps(space_, block);
}

// Of a view without the right to write, pages are locked as others have them.
FaultAccess LockCall::access_to(VirtAddr page) {
  LockGuard guard(space_.manager().lock);
  const Region* const region = space_.find(page);
  const bool only_reads = region != nullptr && region->kind == RegionKind::Shared &&
                          region->access != Access::ReadWrite;
  return only_reads ? FaultAccess::Read : FaultAccess::Write;
}

Result<void> LockCall::add(VirtAddr page) {
  switch (resolve_fault(space_, {page, access_to(page)})) {
    case FaultOutcome::Resolved: break;
    case FaultOutcome::NotAllowed: return Failure(Error::BadArgument);
    case FaultOutcome::OutOfMemory: return Failure(Error::OutOfFrames);
    case FaultOutcome::IoError: return Failure(Error::IoError);
  }
  LockGuard guard(space_.manager().lock);
  Region* const region = space_.find(page);
  const PageIndex index = first_ + ((page - range_.begin) >> kPageShift);
  const bool same = region != nullptr && region->object.get() == object_ &&
                    region->page_at(page) == index;
  return same ? Result<void>() : Failure(Error::BadArgument);
}

SlotKind kind_of(AddressSpace& space, VirtAddr page) EXCLUDES(memory_lock) {
  LockGuard guard(space.manager().lock);
  const PageSlot* slot = space.slot_at(page);
  return slot != nullptr ? slot->kind() : SlotKind::Empty;
}

}  // namespace

namespace {

bool is_step_end(VirtRange range, VirtAddr page) {
  return ((page - range.begin) >> kPageShift) % kStep == kStep - 1;
}

}  // namespace

Result<void> vmm_lock(AddressSpace& space, VirtAddr base, PageCount pages) {
  if (space.manager().residency == nullptr) return Failure(Error::NotSupported);
  VirtRange range = TRY(user_range(base, pages));
  LockCall locking(space, range);
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
  Cuts cuts(range);
  TRY(retry_for_frames(space.manager(), [&]() -> Result<void> {
    CallGuard guard(call);
    const Block block = TRY(whole_block_around(space, range));
    if (space.regions.locked_pages() != 0) TRY(cuts.acquire(space));
    // From here on nothing fails.
    call.begin(block.range);
    return {};
  }));
  // Also what is Coming, of a VmmLock that goes on.
  change_in_steps(space, range, [&](Region& found, VirtAddr) REQUIRES(memory_lock) {
    if (found.locking == Locking::None) return found.range.begin;
    Region& region = cuts.cut(space, found);
    const VirtAddr begin = region.range.begin;
    space.regions.lock(region, Locking::None);
    space.regions.merge(region);
    return begin;
  });
  let_go_in_steps(space, range);
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
