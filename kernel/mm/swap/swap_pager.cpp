// Swap space as a pager (swap_pager.h).
#include "mm/swap/swap_pager.h"

#include <algorithm>

#include "mm/objects/residency.h"

namespace mobius::mm {

namespace {
// Numbers of slots fit in 24 bits with room for other marks beside them; 64 GiB is enough.
constexpr uint64_t kMaxSlots = (1u << 24) - 1;
}  // namespace

Result<void> SwapPager::swap_on(PageDevice& device) {
  KASSERT(manager_.residency != nullptr && "a Paging is made before swap_on()");
  LockGuard guard(manager_.lock);
  KASSERT(!device_.on());
  if (device.gone()) return Failure(Error::TimedOut);
  if (&device != device_.last()) space_.forget();
  device_.choose(device);  // SwapOn may succeed where there is more memory
  TRY(space_.open(static_cast<uint32_t>(std::min<uint64_t>(device.page_count(), kMaxSlots))));
  device_.turn_on();
  tell_capacity();
  return {};
}

Result<void> SwapPager::swap_on_again() {
  if (device_.on()) return Failure(Error::Busy);
  if (device_.last() == nullptr) return Failure(Error::NotFound);
  return swap_on(*device_.last());
}

void SwapPager::close() {
  KASSERT(device_.on() && swapped_pages() == 0);
  space_.close();
  device_.turn_off();
  tell_capacity();
}

Result<void> SwapPager::transfer(Transfer direction, Place first,
                                 std::span<const FrameNumber> frames) {
  Lock::assert_no_lock_held();
  if (direction == Transfer::Write) {
    LockGuard guard(manager_.lock);
    sums_.note({first.value}, frames);
  }
  const Result<void> moved = device_.transfer(direction, {first.value}, frames);
  if (!moved) {
    LockGuard guard(manager_.lock);
    tell_capacity();  // it may be gone now
  }
  return moved;
}

bool SwapPager::came_in(FrameRecord& record, Place from) {
  const SwapSlot slot{from.value};
  if (!sums_.agrees(record.number, slot)) return false;
  if (space_.closing()) {
    space_.give(slot);
  } else {
    record.swap_slot = slot;
    record.marks.add(PageMark::CleanCopy);
  }
  return true;
}

// ---- Pages that go out ----

// A page full of zeros goes without a copy. A copy on a device that is gone is none.
Fate SwapPager::fate_of(FrameRecord& record, const PageSlot& slot) {
  const bool can_go = !slot.dirty() && device_.writable();
  if (can_go && record.marks.has(PageMark::CleanCopy)) return Fate::Goes;
  if (!manager_.memory.is_zero(record.number)) return Fate::Written;
  drop_copy(record);
  ++manager_.stats.zero_pages_out;
  return Fate::Goes;
}

bool SwapPager::adds_to_ledger(const FrameRecord& record) const {
  return !object_of(record)->promised() && manager_.memory.is_zero(record.number);
}

uint32_t SwapPager::assign(std::span<PageWrite> pages) {
  const auto count = static_cast<uint32_t>(pages.size());
  uint32_t done = 0;
  while (done < count) {
    // Slots given back would not help while SwapOff is at work: asking again uses up its patience.
    const bool closing = space_.closing();
    const SwapSpace::Run run = space_.take_run(count - done);
    if (run.count == 0 && (closing || drop_copies(count - done) == 0)) break;
    for (uint32_t i = 0; i < run.count; ++i, ++done) {
      FrameRecord& record = *pages[done].record;
      drop_copy(record);
      record.swap_slot = run.first + i;
      pages[done].to = Place{record.swap_slot.value};
    }
  }
  return done;
}

// Swap space is full: resident pages give up copies they have there, no more than `most`, for those
// pages will have to be written again. Returns how many.
uint32_t SwapPager::drop_copies(uint32_t most) {
  uint32_t dropped = 0;
  for (VmObject& object : manager_.objects) {
    if (dropped == most) break;
    for_each_resident(object, [&](FrameRecord& record, PageSlot&) REQUIRES(memory_lock) {
      if (dropped == most || !record.marks.has(PageMark::CleanCopy)) return;
      drop_copy(record);
      ++dropped;
    });
  }
  return dropped;
}

void SwapPager::drop_copy(FrameRecord& record) {
  if (!record.marks.has(PageMark::CleanCopy)) return;
  space_.give(record.swap_slot);
  record.marks.remove({PageMark::CleanCopy});
}

void SwapPager::wrote(FrameRecord& record, Place to, PageWrite::End end) {
  const SwapSlot slot{to.value};
  switch (end) {
    case PageWrite::End::Written: record.marks.add(PageMark::CleanCopy); break;
    case PageWrite::End::NotWritten: space_.give(slot); break;
    case PageWrite::End::BadPlace:
      space_.retire(slot);
      tell_capacity();
      break;
  }
}

void SwapPager::forget(Place place) {
  manager_.frames.standby().forget({place.value});
  space_.give({place.value});
}

}  // namespace mobius::mm
