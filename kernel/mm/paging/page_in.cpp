// One read of neighbouring pages (page_in.h).
#include "mm/paging/page_in.h"

#include <algorithm>

#include "mm/objects/residency.h"

namespace mobius::mm {

namespace {

class PageIn {
 public:
  explicit PageIn(const PageRequest& request)
      : wanted_(request), manager_(request.object.manager()), pager_(request.object.pager()) {}

  Result<Reading> run() EXCLUDES(memory_lock);

 private:
  VmObject& object() const { return wanted_.object; }
  PageSlot& slot(uint32_t n) const REQUIRES(memory_lock) {
    return *object().slots().find(wanted_.index + n);
  }
  bool is_in_store(PageIndex page, const PageSlot* slot) const REQUIRES(memory_lock);
  Place place_of(PageIndex page, const PageSlot& slot) const REQUIRES(memory_lock);
  Result<void> begin() REQUIRES(memory_lock);
  Region& viewer() const REQUIRES(memory_lock);
  void read_on() REQUIRES(memory_lock);
  Result<void> take_back() REQUIRES(memory_lock);
  void add_neighbours(uint32_t window) REQUIRES(memory_lock);
  Result<void> transfer() EXCLUDES(memory_lock);
  void finish() REQUIRES(memory_lock);
  Result<void> install(uint32_t n) REQUIRES(memory_lock);
  void tell_residency(uint32_t n, FrameRecord& record, Shadow remembered) REQUIRES(memory_lock);
  void show(uint32_t n) REQUIRES(memory_lock);

  const PageRequest& wanted_;
  MemoryManager& manager_;
  Pager& pager_;
  Place first_;
  uint32_t count_ = 0;  // 0: there is nothing to read any more
  uint32_t good_ = 0;   // of these, those that have been read
  bool came_ = false;   // the page that is wanted
  uint32_t transfers_ = 0;
  OwnedFrame frames_[Pager::kMaxCluster]{};
};

bool PageIn::is_in_store(PageIndex page, const PageSlot* slot) const {
  if (slot == nullptr) return false;
  const SlotKind kind = slot->kind();
  if (kind == SlotKind::Swapped || kind == SlotKind::Stored) return true;
  return kind == SlotKind::Empty && object().source() == &object() && pager_.has(page);
}

Place PageIn::place_of(PageIndex page, const PageSlot& slot) const {
  return {slot.kind() == SlotKind::Swapped ? slot.swap_slot().value : page};
}

// A page of swap space that a frame on standby still holds comes in without being read.
Result<void> PageIn::begin() {
  PageSlot* const slot = object().slots().find(wanted_.index);
  KASSERT(is_in_store(wanted_.index, slot) && "nothing has run since it was found there");
  const bool swapped = slot->kind() == SlotKind::Swapped;
  const SwapSlot from = swapped ? slot->swap_slot() : kNoSwapSlot;
  const FrameUse use = object().frame_use();
  const FrameClass who = manager_.waiting.promoted(wanted_.frame_class);
  first_ = place_of(wanted_.index, *slot);
  if (swapped) frames_[0] = manager_.frames.take_standby(from, use, who);
  const bool on_standby = frames_[0].has_frame();
  if (!on_standby) {
    const bool held = swapped && manager_.frames.standby().has(from);
    if (pager_.is_gone() && !held) return Failure(Error::TimedOut);
    frames_[0] = TRY(manager_.frames.allocate(use, Placement::Any, Fill::None, who));
  }
  // From here on nothing fails.
  object().move(wanted_.index, *slot, PageSlot::busy(from));
  if (on_standby && take_back()) return {};
  count_ = 1;
  read_on();
  manager_.reads_in_flight += count_;
  return {};
}

// The region that the page is wanted in. Requires: some space needs it; it has not slept since.
Region& PageIn::viewer() const {
  Region* const region = wanted_.space->find(wanted_.page);
  KASSERT(region != nullptr && region->object.get() != nullptr);
  return *region;
}

void PageIn::read_on() {
  const uint32_t most = pager_.cluster();
  if (wanted_.space == nullptr) return add_neighbours(most);
  if (most == 1) return;
  ReadAhead& ahead = viewer().read_ahead;
  ahead.window = wanted_.index == ahead.next ? std::min(ahead.window * 2, most) : 1;
  add_neighbours(ahead.window);
  ahead.next = wanted_.index + count_;
}

// The frame has come with its contents. Fails: IoError (they are not what they were: it is to be
// read into).
Result<void> PageIn::take_back() {
  TRY(install(0));
  ++manager_.stats.pages_taken_back;
  if (wanted_.space == nullptr) return {};
  ReadAhead& ahead = viewer().read_ahead;
  if (ahead.next == wanted_.index) ++ahead.next;
  return {};
}

// The page that is wanted must get a frame; the neighbours get what is left.
void PageIn::add_neighbours(uint32_t window) {
  while (count_ < window && wanted_.index + count_ < object().pages()) {
    const PageIndex page = wanted_.index + count_;
    PageSlot* const slot = object().slots().find(page);
    if (!is_in_store(page, slot) || place_of(page, *slot) != first_ + count_) return;
    const bool swapped = slot->kind() == SlotKind::Swapped;
    if (swapped && manager_.frames.standby().has(slot->swap_slot())) return;
    auto frame = manager_.frames.allocate(object().frame_use(), Placement::Any, Fill::None,
                                          FrameClass::Growth);
    if (!frame) return;
    frames_[count_] = std::move(*frame);
    object().move(page, *slot, PageSlot::busy(swapped ? slot->swap_slot() : kNoSwapSlot));
    ++count_;
  }
}

Result<Reading> PageIn::run() {
  Lock::assert_no_lock_held();
  {
    LockGuard guard(manager_.lock);
    ObjectReference keep(&object());  // taken by the caller
    TRY(begin());
    if (count_ == 0) return Reading::NotNeeded;
    (void)keep.release();
  }
  const Result<void> moved = transfer();
  LockGuard guard(manager_.lock);
  ObjectReference drop(&object());
  finish();
  manager_.stats.ios_in += transfers_;
  manager_.reads_in_flight -= count_;
  manager_.waiting.wake(&manager_.reads_in_flight);
  manager_.waiting.wake(&object());
  TRY(moved);
  return came_ ? Result<Reading>(Reading::Done) : Failure(Error::IoError);
}

Result<void> PageIn::transfer() {
  FrameNumber frames[Pager::kMaxCluster];
  for (uint32_t i = 0; i < count_; ++i) frames[i] = frames_[i].number();
  good_ = count_;
  Result<void> moved = pager_.transfer(Transfer::Read, first_, {frames, good_});
  ++transfers_;
  if (!moved && moved.error() != Error::TimedOut && good_ > 1) {
    // Somewhere in it there is a bad page; it need not be the one that is wanted.
    good_ = 1;
    moved = pager_.transfer(Transfer::Read, first_, {frames, good_});
    ++transfers_;
  }
  if (!moved) good_ = 0;
  return moved;
}

void PageIn::finish() {
  for (uint32_t n = 0; n < count_; ++n) {
    const bool good = n < good_ && install(n);
    if (!good) {
      object().move(wanted_.index + n, slot(n), slot(n).where_it_came_from());
      continue;
    }
    ++manager_.stats.pages_in;
    if (n == 0) came_ = true;
    if (n != 0 && wanted_.space != nullptr) show(n);
  }
}

// Fails: IoError (what the store has given back is not what was written there).
Result<void> PageIn::install(uint32_t n) {
  FrameRecord& record = frames_[n].record();
  if (!pager_.came_in(record, first_ + n)) return Failure(Error::IoError);
  PageSlot& slot = this->slot(n);
  object().install(slot, wanted_.index + n, std::move(frames_[n]));
  if (manager_.lists_are_live) tell_residency(n, record, slot.shadow());
  return {};
}

void PageIn::tell_residency(uint32_t n, FrameRecord& record, Shadow remembered) {
  if (n == 0 && wanted_.space != nullptr) {
    manager_.residency->faulted_in(record, remembered);
  } else {
    manager_.residency->was_read_ahead(record, remembered);
    manager_.residency->age();
  }
}

// A neighbour is entered before anybody asks for it, not accessed and not dirty: a program that
// goes on to it takes no fault, and nothing is lost if it does not.
void PageIn::show(uint32_t n) {
  AddressSpace& space = *wanted_.space;
  const VirtAddr page = pages_after(wanted_.page, n);
  Region* const region = page < kUserRange.end ? space.find(page) : nullptr;
  if (region == nullptr || region->object.get() != &object()) return;
  if (region->page_at(page) != wanted_.index + n || region->access_at(page) == Access::None) return;
  (void)space.map().enter_if_ready(page, slot(n).frame(), region->access);
}

}  // namespace

Result<Reading> page_in(const PageRequest& request) { return PageIn(request).run(); }

}  // namespace mobius::mm
