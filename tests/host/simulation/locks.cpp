// VmmLock and VmmUnlock in the simulated life (locks.h).
#include "simulation/locks.h"

#include <algorithm>

#include "mm/paging/paging.h"
#include "mm/space/long_call.h"
#include "simulation/setting.h"

namespace mobius::simulation {

namespace {

constexpr PageCount kLongestLock = 8;

bool overlap(VirtAddr a, PageCount a_pages, VirtAddr b, PageCount b_pages) {
  return a < pages_after(b, b_pages) && b < pages_after(a, a_pages);
}

}  // namespace

// Pages that others unlock, free or move while it sleeps may be locked in the end or not.
struct Locks::Call {
  Part part;
  std::set<uint32_t> disturbed{};
};

void Locks::disturb(VirtAddr base, PageCount pages) {
  for (Call* call : calls_) {
    if (!overlap(base, pages, call->part.base, call->part.pages)) continue;
    for (PageIndex i = 0; i < pages; ++i) call->disturbed.insert(base.page_number() + i);
  }
}

// A page that was discarded is nowhere, and comes when it is touched.
bool Locks::is_locked(VirtAddr page) {
  LockGuard guard(setting_.machine.manager.lock);
  const mm::Region* region = memory_.space->find(page);
  if (region == nullptr || region->locking == mm::Locking::None) return false;
  const mm::PageSlot* slot = memory_.space->slot_at(page);
  return slot == nullptr || (!slot->in_swap() && slot->kind() != mm::SlotKind::Busy);
}

void Locks::lock(Actor& by) {
  const Part part = blocks_.any_part(by.random, kLongestLock);
  if (part.pages == 0) return;
  setting_.log.tell("    %u pages at %#x", part.pages, part.base.value);
  const uint64_t evidence = setting_.evidence(), freed = setting_.freed;
  Call call{part};
  calls_.push_back(&call);
  const auto done = mm::vmm_lock(*memory_.space, part.base, part.pages);
  std::erase(calls_, &call);
  setting_.log.add({8, done ? 0 : 1 + static_cast<uint64_t>(done.error())});
  if (!done) {
    refused(call, done.error(), evidence, freed);
    ++setting_.freed;
    return;
  }
  ++setting_.counts.locks;
  for (PageIndex i = 0; i < part.pages; ++i) {
    const VirtAddr page = pages_after(part.base, i);
    const bool disturbed = call.disturbed.contains(page.page_number());
    if (!disturbed || is_locked(page)) memory_.oracle.lock(page, 1);
  }
}

void Locks::refused(const Call& call, Error error, uint64_t evidence, uint64_t freed) {
  const Part part = call.part;
  setting_.log.tell("    not locked: error %d", static_cast<int>(error));
  ++setting_.counts.refused_locks;
  switch (error) {
    case Error::LimitReached:
      if (setting_.full.could_lock(*memory_.space, part.pages)) {
        setting_.log.wrong("a lock within its quota");
      }
      return;
    case Error::BadArgument:
      if (call.disturbed.empty() && is_writable(part)) {
        setting_.log.wrong("VmmLock of %u pages at %#x", part.pages, part.base.value);
      }
      return;
    case Error::IoError:
      if (setting_.evidence() == evidence) setting_.log.wrong("VmmLock, but no device failed");
      return;
    case Error::OutOfFrames:
      // Of a promised block, regions may have been missing, which are not promised. Since its last
      // look for memory it has waited for calls that give some back.
      if (setting_.giving != 0) return;
      return setting_.full.excuse("VmmLock", freed, part.pages);
    default: setting_.log.wrong("VmmLock fails with %d", static_cast<int>(error));
  }
}

bool Locks::is_writable(Part part) {
  for (PageIndex i = 0; i < part.pages; ++i) {
    if (memory_.oracle.rights(pages_after(part.base, i)) != Access::ReadWrite) return false;
  }
  return blocks_.contain(part);
}

void Locks::unlock(Actor& by) {
  const Part part = blocks_.any_part(by.random, kLongestLock * 2);
  if (part.pages == 0) return;
  setting_.log.tell("    %u pages at %#x", part.pages, part.base.value);
  const Setting::Giving giving(setting_);
  const auto done = mm::vmm_unlock(*memory_.space, part.base, part.pages);
  if (!done && done.error() == Error::OutOfFrames) {
    return setting_.full.excuse("VmmUnlock", setting_.freed);
  }
  if (done.has_value() != blocks_.contain(part)) {
    setting_.log.wrong("VmmUnlock of %#x", part.base.value);
  }
  if (!done) return;
  disturb(part.base, part.pages);
  ++setting_.freed;
  memory_.oracle.unlock(part.base, part.pages);
}

// What a call that is under way has to itself may be as it was before, or as it will be.
bool Locks::is_being_changed(VirtAddr page) {
  LockGuard guard(setting_.machine.manager.lock);
  return memory_.space->long_call != nullptr && memory_.space->long_call->concerns(page);
}

// No page that is locked is paged out, and each is known to be locked; and no others are.
void Locks::check() {
  for (uint32_t page : memory_.oracle.locked()) {
    const VirtAddr address{page << kPageShift};
    if (is_being_changed(address)) continue;
    if (!is_locked(address)) {
      setting_.log.wrong("P%u: %#x is not locked", memory_.number, address.value);
    }
  }
  LockGuard guard(setting_.machine.manager.lock);
  size_t most = memory_.oracle.locked().size();
  for (const Call* call : calls_) most += call->part.pages;
  const uint32_t locked = memory_.space->regions.locked_pages();
  if (locked > most) {
    setting_.log.wrong("P%u: %u pages are locked by nobody", memory_.number, locked);
  }
  if (locked > setting_.machine.frames.counts().total() / mm::kLockShareOfProcess) {
    setting_.log.wrong("P%u has locked %u pages, which is too much", memory_.number, locked);
  }
}

}  // namespace mobius::simulation
