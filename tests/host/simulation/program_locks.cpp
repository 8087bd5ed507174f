// VmmLock and VmmUnlock in the simulated life: what is locked stays in RAM, and nothing is locked
// that nobody has locked (program.h).
#include <algorithm>

#include "mm/paging/pageout.h"
#include "mm/space/long_call.h"
#include "simulation/program.h"
#include "simulation/world.h"

namespace mobius::simulation {

namespace {

constexpr PageCount kLongestLock = 8;

bool overlap(VirtAddr a, PageCount a_pages, VirtAddr b, PageCount b_pages) {
  return a < pages_after(b, b_pages) && b < pages_after(a, a_pages);
}

}  // namespace

// Pages that others unlock, free or move while it sleeps may be locked in the end or not.
struct Program::LockCall {
  Part part;
  std::set<uint32_t> disturbed{};
};

void Program::disturb_locks(VirtAddr base, PageCount pages) {
  for (LockCall* call : lock_calls_) {
    if (!overlap(base, pages, call->part.base, call->part.pages)) continue;
    for (PageIndex i = 0; i < pages; ++i) call->disturbed.insert(base.page_number() + i);
  }
}

// A page that was discarded is nowhere, and comes when it is touched.
bool Program::is_locked(VirtAddr page) {
  LockGuard guard(world_.machine.manager.lock);
  const mm::Region* region = space_->find(page);
  if (region == nullptr || region->locking == mm::Locking::None) return false;
  const mm::PageSlot* slot = space_->slot_at(page);
  return slot == nullptr || (!slot->in_swap() && slot->kind() != mm::SlotKind::Busy);
}

void Program::lock(Actor& by) {
  const Part part = any_part(by, kLongestLock);
  if (part.pages == 0) return;
  world_.log.tell("    %u pages at %#x", part.pages, part.base.value);
  const uint64_t evidence = world_.evidence(), freed = world_.freed;
  LockCall call{part};
  lock_calls_.push_back(&call);
  const auto done = mm::vmm_lock(*space_, part.base, part.pages);
  std::erase(lock_calls_, &call);
  world_.log.add({8, done ? 0 : 1 + static_cast<uint64_t>(done.error())});
  if (!done) {
    lock_refused(call, done.error(), evidence, freed);
    ++world_.freed;
    return;
  }
  ++world_.counts.locks;
  for (PageIndex i = 0; i < part.pages; ++i) {
    const VirtAddr page = pages_after(part.base, i);
    if (!call.disturbed.contains(page.page_number()) || is_locked(page)) oracle_.lock(page, 1);
  }
}

void Program::lock_refused(const LockCall& call, Error error, uint64_t evidence, uint64_t freed) {
  const Part part = call.part;
  world_.log.tell("    not locked: error %d", static_cast<int>(error));
  ++world_.counts.refused_locks;
  switch (error) {
    case Error::LimitReached:
      if (world_.could_lock(*space_, part.pages)) world_.log.wrong("a lock within its quota");
      return;
    case Error::BadArgument:
      if (call.disturbed.empty() && is_writable(part)) {
        world_.log.wrong("VmmLock of %u pages at %#x", part.pages, part.base.value);
      }
      return;
    case Error::IoError:
      if (world_.evidence() == evidence) world_.log.wrong("VmmLock, but no device failed");
      return;
    case Error::OutOfFrames:
      if (oracle_.promised(part.base)) world_.excuse_broken_promise(part.base);
      return world_.excuse_out_of_memory("VmmLock", freed, part.pages);
    default: world_.log.wrong("VmmLock fails with %d", static_cast<int>(error));
  }
}

bool Program::is_writable(Part part) {
  for (PageIndex i = 0; i < part.pages; ++i) {
    if (oracle_.rights(pages_after(part.base, i)) != Access::ReadWrite) return false;
  }
  return is_inside(part);
}

void Program::unlock(Actor& by) {
  const Part part = any_part(by, kLongestLock * 2);
  if (part.pages == 0) return;
  world_.log.tell("    %u pages at %#x", part.pages, part.base.value);
  const bool done = mm::vmm_unlock(*space_, part.base, part.pages).has_value();
  if (done != is_inside(part)) world_.log.wrong("VmmUnlock of %#x", part.base.value);
  if (!done) return;
  disturb_locks(part.base, part.pages);
  ++world_.freed;
  oracle_.unlock(part.base, part.pages);
}

// What a call that is under way has to itself may be as it was before, or as it will be.
bool Program::is_being_changed(VirtAddr page) {
  LockGuard guard(world_.machine.manager.lock);
  return space_->long_call != nullptr && space_->long_call->concerns(page);
}

// No page that is locked is paged out, and each is known to be locked; and no others are.
void Program::check_locks() {
  for (uint32_t page : oracle_.locked()) {
    const VirtAddr address{page << kPageShift};
    if (is_being_changed(address)) continue;
    if (!is_locked(address)) world_.log.wrong("P%u: %#x is not locked", number_, address.value);
  }
  LockGuard guard(world_.machine.manager.lock);
  size_t most = oracle_.locked().size();
  for (const LockCall* call : lock_calls_) most += call->part.pages;
  const uint32_t locked = space_->regions.locked_pages();
  if (locked > most) world_.log.wrong("P%u: %u pages are locked by nobody", number_, locked);
  if (locked > world_.machine.frames.total_frames() / mm::kLockShareOfProcess) {
    world_.log.wrong("P%u has locked %u pages, which is too much", number_, locked);
  }
}

}  // namespace mobius::simulation
