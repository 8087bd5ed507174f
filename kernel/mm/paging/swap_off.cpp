// Passes over all pages until none has a slot any more (swap_off.h).
#include "mm/paging/swap_off.h"

#include <algorithm>

#include "mm/paging/frame_wait.h"
#include "mm/paging/page_in.h"

namespace mobius::mm {

namespace {
// Requests for slots that are turned down before the device stays on after all: by then the page
// daemon has looked at what could go without being written.
constexpr uint32_t kPatience = 4096;
constexpr PageCount kStride = 512;
}  // namespace

SwapOff::~SwapOff() {
  if (!begun_) return;
  LockGuard guard(pager_.manager_.lock);
  if (object_ != nullptr) object_->drop_reference();
  pager_.space_.stop_closing();
  pager_.tell_capacity();
}

Result<void> SwapOff::begin() {
  KASSERT(!begun_);
  MemoryManager& manager = pager_.manager_;
  LockGuard guard(manager.lock);
  if (!pager_.device().on()) return Failure(Error::NotFound);
  if (pager_.space_.closing()) return Failure(Error::Busy);
  // Who waits for frames waits for pages to be written: somebody who tried again and again to take
  // the device off would end it.
  if (manager.starving != 0) return Failure(Error::OutOfFrames);
  if (!manager.promises.could_lose(pager_.good_slots())) return Failure(Error::OutOfFrames);
  pager_.space_.start_closing(std::min(kPatience, manager.frames.counts().total() / 2));
  pager_.tell_capacity();
  begun_ = true;
  return {};
}

Result<Progress> SwapOff::step() {
  Lock::assert_no_lock_held();
  MemoryManager& manager = pager_.manager_;
  VmObject* object = nullptr;
  PageIndex page = 0;
  {
    LockGuard guard(manager.lock);
    // Another one, begun when this one was called off, was faster.
    if (!pager_.device().on()) return Progress::Done;
    const Pass pass = object_ == nullptr ? Pass::Whole : Pass::Rest;
    if (!pager_.space_.closing()) return Failure(Error::OutOfFrames);
    const Found found = search();
    if (found == Found::End) return end_pass(pass);
    if (found == Found::Busy) {
      manager.waiting.wait(object_, manager.lock);
      return Progress::More;
    }
    object = object_;
    page = page_;
    object->add_reference();
  }
  TRY(bring_back(*object, page));
  return Progress::More;
}

Result<Progress> SwapOff::end_pass(Pass pass) {
  MemoryManager& manager = pager_.manager_;
  if (nothing_left()) {
    // Promised pages come in from below the floor: others may have taken what was there for them.
    if (manager.starving != 0 || !manager.promises.could_lose(0)) {
      return Failure(Error::OutOfFrames);
    }
    pager_.close();
    return Progress::Done;
  }
  // Pages that were being written when it began go out behind the cursor: another pass then.
  const bool writing = manager.writes_in_flight != 0;
  if (!writing && pass == Pass::Whole) return Failure(Error::Busy);
  if (writing) manager.waiting.wait(&manager.writes_in_flight, manager.lock);
  return Progress::More;
}

Result<void> SwapOff::bring_back(VmObject& object, PageIndex page) {
  const Result<Reading> read = page_in({object, page, FrameClass::Growth});
  if (read) return {};
  if (read.error() != Error::OutOfFrames) return Failure(read.error());
  FrameWait wait(pager_.manager_);
  if (wait.for_frames(FrameClass::Growth) == Waited::GaveUp) return Failure(read.error());
  return {};
}

bool SwapOff::nothing_left() const {
  const SwapSpace& space = pager_.space_;
  return space.free() + space.retired() == space.total();
}

// The next page that has a slot and no frame, from the cursor on; the cursor stays there.
SwapOff::Found SwapOff::search() {
  if (object_ == nullptr && !next_object()) return Found::End;
  do {
    const Found found = search_object();
    if (found != Found::End) return found;
  } while (next_object());
  return Found::End;
}

// An object is kept by a reference, so that its place in the list is not lost.
bool SwapOff::next_object() {
  auto& objects = pager_.manager_.objects;
  VmObject* next = object_ == nullptr ? objects.front() : objects.next_of(*object_);
  if (next != nullptr) next->add_reference();
  if (object_ != nullptr) object_->drop_reference();
  object_ = next;
  page_ = 0;
  return next != nullptr;
}

SwapOff::Found SwapOff::search_object() {
  Found found = Found::End;
  while (found == Found::End && page_ < object_->pages()) {
    const PageIndex end = std::min(page_ + kStride, object_->pages());
    PageIndex at = end;
    const auto look = [&](PageIndex page, PageSlot& slot) REQUIRES(memory_lock) {
      if (found == Found::End) found = look_at(slot);
      if (found != Found::End) at = std::min(at, page);
    };
    object_->slots().for_each(page_, end, look);
    page_ = at;
  }
  return found;
}

// Resident pages give up the slots they keep on the way.
SwapOff::Found SwapOff::look_at(PageSlot& slot) {
  if (slot.kind() == SlotKind::Swapped) return Found::Swapped;
  if (slot.kind() == SlotKind::Busy && slot.swap_slot() != kNoSwapSlot) return Found::Busy;
  if (slot.kind() == SlotKind::Resident) {
    pager_.drop_copy(pager_.manager_.frames.record(slot.frame()));
  }
  return Found::End;
}

}  // namespace mobius::mm
