// VmmLock, VmmUnlock, VmmAdvise(will need): pages that must or should be in memory.
#include "mm/fault.h"
#include "mm/pageout.h"
#include "mm/vmm_internal.h"

namespace mobius::mm {

namespace {

using namespace page_mark;

// Fails: BadArgument (not wholly inside of one block of VmmAlloc).
Result<void> check_block(AddressSpace& space, VirtRange range) REQUIRES(memory_lock) {
  const Block block = TRY(block_around(space, range));
  return block.first->kind == RegionKind::Block ? Result<void>() : Failure(Error::BadArgument);
}

// The page's slot in its region's object; null where nothing has ever been there.
const PageSlot* slot_at(AddressSpace& space, VirtAddr page) REQUIRES(memory_lock) {
  Region* region = space.find(page);
  if (region == nullptr || region->object.get() == nullptr) return nullptr;
  return region->object.get()->slots().find(region->page_at(page));
}

// The record of the page's frame; null where it has none of its own.
FrameRecord* record_of(AddressSpace& space, VirtAddr page) REQUIRES(memory_lock) {
  const PageSlot* slot = slot_at(space, page);
  if (slot == nullptr || slot->kind != SlotKind::Resident) return nullptr;
  return &space.manager().frames.record(slot->frame());
}

// Pages of the range that get locked now; they are unlocked again unless that is the end of it.
class Locking {
 public:
  Locking(AddressSpace& space, VirtRange range) : space_(space), range_(range) {}
  Locking(const Locking&) = delete;
  ~Locking() EXCLUDES(memory_lock) { settle(kLocked | kLocking); }
  // From here on they stay locked.
  void finish() EXCLUDES(memory_lock) { settle(kLocking); }

  // Brings the page in and locks it. Fails: OutOfFrames, IoError, BadArgument (no access).
  Result<void> add(VirtAddr page) EXCLUDES(memory_lock);

 private:
  // Takes `marks` off what this call has locked.
  void settle(uint16_t marks) EXCLUDES(memory_lock);
  bool mark(VirtAddr page) EXCLUDES(memory_lock);

  AddressSpace& space_;
  const VirtRange range_;
};

void Locking::settle(uint16_t marks) {
  LockGuard guard(space_.manager().lock);
  for (VirtAddr page = range_.begin; page < range_.end; page = pages_after(page, 1)) {
    FrameRecord* record = record_of(space_, page);
    if (record == nullptr || (record->count & kLocking) == 0) continue;
    record->count &= static_cast<uint16_t>(~kLocking);
    if ((marks & kLocked) != 0) space_.manager().pageout->unlock(*record);
  }
}

bool Locking::mark(VirtAddr page) {
  LockGuard guard(space_.manager().lock);
  FrameRecord* record = record_of(space_, page);
  if (record == nullptr) return false;
  if ((record->count & kLocked) != 0) return true;
  space_.manager().pageout->lock(*record);
  record->count |= kLocking;
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
    if (mark(page)) return {};
  }
  return Failure(Error::OutOfFrames);
}

// Whether so many pages more may be locked by this process, and by all of them together.
Result<void> check_quota(AddressSpace& space, VirtRange range) EXCLUDES(memory_lock) {
  MemoryManager& manager = space.manager();
  LockGuard guard(manager.lock);
  TRY(check_block(space, range));
  uint32_t fresh = 0;
  for (VirtAddr page = range.begin; page < range.end; page = pages_after(page, 1)) {
    const FrameRecord* record = record_of(space, page);
    if (record == nullptr || (record->count & kLocked) == 0) ++fresh;
  }
  const uint32_t total = manager.frames.total_frames();
  const bool allowed = space.locked_pages() + fresh <= total / kLockShareOfProcess &&
                       manager.pageout->locked_pages() + fresh <= total / kLockShareOfAll;
  return allowed ? Result<void>() : Failure(Error::LimitReached);
}

bool is_paged_out(AddressSpace& space, VirtAddr page) EXCLUDES(memory_lock) {
  LockGuard guard(space.manager().lock);
  const PageSlot* slot = slot_at(space, page);
  return slot != nullptr && slot->kind == SlotKind::Swapped;
}

}  // namespace

Result<void> vmm_lock(AddressSpace& space, VirtAddr base, PageCount pages) {
  if (space.manager().pageout == nullptr) return Failure(Error::NotSupported);
  VirtRange range = TRY(user_range(base, pages));
  TRY(check_quota(space, range));
  Locking locking(space, range);
  for (VirtAddr page = range.begin; page < range.end; page = pages_after(page, 1)) {
    TRY(locking.add(page));
  }
  locking.finish();
  return {};
}

Result<void> vmm_unlock(AddressSpace& space, VirtAddr base, PageCount pages) {
  VirtRange range = TRY(user_range(base, pages));
  LockGuard guard(space.manager().lock);
  TRY(check_block(space, range));
  // From here on nothing fails.
  for (VirtAddr page = range.begin; page < range.end; page = pages_after(page, 1)) {
    FrameRecord* record = record_of(space, page);
    if (record == nullptr || (record->count & kLocked) == 0) continue;
    space.manager().pageout->unlock(*record);
  }
  return {};
}

Result<void> vmm_will_need(AddressSpace& space, VirtAddr base, PageCount pages) {
  VirtRange range = TRY(user_range(base, pages));
  {
    LockGuard guard(space.manager().lock);
    TRY(check_block(space, range));
  }
  for (VirtAddr page = range.begin; page < range.end; page = pages_after(page, 1)) {
    // It is only advice: what cannot be read now is told to whoever touches it.
    if (!is_paged_out(space, page)) continue;
    const FaultOutcome outcome = resolve_fault(space, {page, FaultAccess::Read});
    if (outcome == FaultOutcome::OutOfMemory) break;
  }
  return {};
}

}  // namespace mobius::mm
