// Bringing pages in from the swap device.
#include "mm/swap_pager.h"

#include <algorithm>

#include "mm/address_space.h"
#include "mm/residency.h"

namespace mobius::mm {

namespace {
// Numbers of slots fit in 24 bits with room for other marks beside them; 64 GiB is enough.
constexpr uint64_t kMaxSlots = (1u << 24) - 1;
}  // namespace

// One read: pages index.. of an object, whose slots lie in a row on the device.
struct SwapPager::PageIn {
  AddressSpace* space;  // who asks for it, at `page`; null: nobody
  const VirtAddr page;
  VmObject& object;
  const PageIndex index;
  SwapSlot first = kNoSwapSlot;
  uint32_t count = 0;  // 0: there is nothing to read any more
  OwnedFrame frames[kMaxReadAhead]{};

  PageSlot& slot(uint32_t n) REQUIRES(memory_lock) { return *object.slots().find(index + n); }
};

Result<void> SwapPager::swap_on(PageDevice& device) {
  KASSERT(manager_.residency != nullptr && "a PageOut is made before swap_on()");
  LockGuard guard(manager_.lock);
  KASSERT(!on());
  if (device.gone()) return Failure(Error::TimedOut);
  if (&device != last_device_) space_.forget();
  last_device_ = &device;  // SwapOn may succeed where there is more memory
  TRY(space_.open(static_cast<uint32_t>(std::min<uint64_t>(device.page_count(), kMaxSlots))));
  device_ = &device;
  tell_capacity();
  return {};
}

Result<void> SwapPager::swap_on_again() {
  if (on()) return Failure(Error::Busy);
  if (last_device_ == nullptr) return Failure(Error::NotFound);
  return swap_on(*last_device_);
}

void SwapPager::close() {
  KASSERT(on() && swapped_pages() == 0);
  space_.close();
  device_ = nullptr;
  tell_capacity();
}

// The page itself must get a frame; the neighbours get what is left.
Result<void> SwapPager::begin(PageIn& in) {
  PageSlot* slot = in.object.slots().find(in.index);
  if (slot == nullptr || slot->kind() != SlotKind::Swapped) return {};
  const bool promised = in.space != nullptr && in.object.promised();
  // Without a space swap space is being emptied: the page keeps no slot, and nobody waits for it.
  const Claim unpromised = in.space != nullptr ? claim_of_pages() : Claim::Growth;
  const Claim claim = promised ? Claim::Promised : unpromised;
  const FrameUse use = in.object.frame_use();
  in.first = slot->swap_slot();
  in.frames[0] = manager_.frames.take_standby(in.first, use, claim);
  const bool on_standby = in.frames[0].has_frame();
  if (!on_standby) {
    if (device_->gone() && !manager_.frames.on_standby(in.first)) return Failure(Error::TimedOut);
    in.frames[0] = TRY(manager_.frames.allocate(use, Placement::Any, Fill::None, claim));
  }
  // From here on nothing fails.
  in.object.move(in.index, *slot, PageSlot::busy(in.first));
  if (on_standby && take_back(in)) return {};
  in.count = 1;
  if (in.space == nullptr) {
    add_neighbours(in, kMaxReadAhead);
    return {};
  }
  VmObject::ReadAhead& ahead = in.object.read_ahead;
  ahead.window = in.index == ahead.next ? std::min(ahead.window * 2, kMaxReadAhead) : 1;
  add_neighbours(in, ahead.window);
  ahead.next = in.index + in.count;
  return {};
}

// The frame has come with its contents. False: they are not what they were; it is to be read into.
bool SwapPager::take_back(PageIn& in) {
  if (!install(in, 0)) return false;
  ++manager_.stats.pages_taken_back;
  VmObject::ReadAhead& ahead = in.object.read_ahead;
  if (ahead.next == in.index) ++ahead.next;
  return true;
}

void SwapPager::add_neighbours(PageIn& in, uint32_t window) {
  while (in.count < window && in.index + in.count < in.object.pages()) {
    PageSlot* slot = in.object.slots().find(in.index + in.count);
    const bool next = slot != nullptr && slot->kind() == SlotKind::Swapped &&
                      slot->swap_slot() == in.first + in.count;
    if (!next || manager_.frames.on_standby(slot->swap_slot())) return;
    auto frame = manager_.frames.allocate(in.object.frame_use(), Placement::Any, Fill::None,
                                          Claim::Growth);
    if (!frame) return;
    in.frames[in.count] = std::move(*frame);
    in.object.move(in.index + in.count, *slot, PageSlot::busy(slot->swap_slot()));
    ++in.count;
  }
}

Result<bool> SwapPager::page_in(AddressSpace& space, VirtAddr page, VmObject& object,
                                PageIndex index) {
  PageIn in{&space, page, object, index};
  return read(in);
}

Result<void> SwapPager::bring_back(VmObject& object, PageIndex index) {
  PageIn in{nullptr, VirtAddr{0}, object, index};
  TRY(read(in));
  return {};
}

Result<bool> SwapPager::read(PageIn& in) {
  Lock::assert_no_lock_held();
  VmObject& object = in.object;
  {
    LockGuard guard(manager_.lock);
    ObjectReference keep(&object);  // taken by the caller
    TRY(begin(in));
    if (in.count == 0) return false;
    manager_.under_way += in.count;
    (void)keep.release();
  }
  FrameNumber frames[kMaxReadAhead];
  for (uint32_t i = 0; i < in.count; ++i) frames[i] = in.frames[i].number();
  uint32_t pages = in.count;
  Result<void> moved = transfer(Transfer::Read, in.first, {frames, pages});
  if (!moved && moved.error() != Error::TimedOut && pages > 1) {
    // Somewhere in it there is a bad page; it need not be the one that is wanted.
    pages = 1;
    moved = transfer(Transfer::Read, in.first, {frames, pages});
  }
  LockGuard guard(manager_.lock);
  ObjectReference drop(&object);
  Result<void> outcome = finish(in, moved ? pages : 0);
  if (!moved) outcome = moved;
  manager_.under_way -= in.count;
  manager_.waiting.wake(&manager_.under_way);
  manager_.waiting.wake(&object);
  TRY(outcome);
  return true;
}

Result<void> SwapPager::finish(PageIn& in, uint32_t read) {
  bool wanted = false;
  for (uint32_t n = 0; n < in.count; ++n) {
    const bool good = n < read && install(in, n);
    if (!good) {
      in.object.move(in.index + n, in.slot(n), in.slot(n).where_it_came_from());
      continue;
    }
    ++manager_.stats.pages_in;
    if (n == 0) wanted = true;
    if (n != 0 && in.space != nullptr) show(in, n);
  }
  return wanted ? Result<void>() : Failure(Error::IoError);
}

// False: what the device has given back is not what was written there.
bool SwapPager::install(PageIn& in, uint32_t n) {
  const SwapSlot from = in.first + n;
  const FrameNumber frame = in.frames[n].number();
  if (sum_of(frame, from) != space_.sum(from)) {
    ++checksum_errors_;
    return false;
  }
  PageSlot& slot = in.slot(n);
  in.object.install(slot, in.index + n, std::move(in.frames[n]));
  FrameRecord& record = manager_.frames.record(frame);
  if (space_.closing()) {
    space_.give(from);
  } else {
    record.swap_slot = from;
    record.marks.add(PageMark::CleanCopy);
  }
  if (n == 0 && in.space != nullptr) {
    manager_.residency->faulted_in(record, slot.shadow());
  } else {
    manager_.residency->was_read_ahead(record, slot.shadow());
    manager_.residency->age();
  }
  return true;
}

// A neighbour is entered before anybody asks for it, not accessed and not dirty: a program that
// goes on to it takes no fault, and nothing is lost if it does not.
void SwapPager::show(PageIn& in, uint32_t n) {
  const VirtAddr page = pages_after(in.page, n);
  Region* region = page < kUserRange.end ? in.space->find(page) : nullptr;
  if (region == nullptr || region->object.get() != &in.object) return;
  if (region->page_at(page) != in.index + n || region->access_at(page) == Access::None) return;
  (void)in.space->map().enter_if_ready(page, in.slot(n).frame(), region->access);
}

bool SwapPager::wait_for_write() {
  if (writing_ == 0) return false;
  manager_.waiting.wait(&writing_);
  return true;
}

Result<void> SwapPager::write(SwapSlot first, std::span<const FrameNumber> frames) {
  ++writing_;
  const Result<void> written = transfer(Transfer::Write, first, frames);
  --writing_;
  manager_.waiting.wake(&writing_);
  return written;
}

Result<void> SwapPager::transfer(Transfer direction, SwapSlot first,
                                 std::span<const FrameNumber> frames) {
  {
    LockGuard guard(manager_.lock);
    ++(direction == Transfer::Read ? manager_.stats.ios_in : manager_.stats.ios_out);
  }
  Lock::assert_no_lock_held();
  const Result<void> moved = device_->transfer(direction, first.value - 1, frames);
  if (!moved) {
    LockGuard guard(manager_.lock);
    tell_capacity();  // it may be gone now
  }
  return moved;
}

}  // namespace mobius::mm
