// What the page daemon knows of single pages, by what the rest of the memory manager tells it.
#include <algorithm>

#include "mm/pageout_internal.h"
#include "mm/reverse_map.h"

namespace mobius::mm {

namespace {
constexpr FrameRecord* kNobody = nullptr;
}

// Pages that came before memory was short for the first time join in the order of their objects. To
// the policy they are the first to come, so it must know before how many there can be.
void PageOut::start_tracking() {
  manager_.tracking = true;
  uint32_t pages = manager_.frames.free_frames();
  for (VmObject& object : manager_.objects) pages += object.resident_pages();
  policy_.set_capacity(pages);
  for (VmObject& object : manager_.objects) {
    for_each_resident(object, [&](FrameRecord& record, PageSlot& slot) REQUIRES(memory_lock) {
      if (!record.marks.has(PageMark::Locked)) was_read_ahead(record, slot.shadow());
    });
  }
}

void PageOut::note_came(FrameRecord& record) {
  ++came_.frames;
  if (manager_.memory.is_direct(record.number)) ++came_.direct;
}

void PageOut::faulted_in(FrameRecord& record, Shadow shadow) {
  if (!manager_.tracking) return;
  record.marks.add(PageMark::Tracked);
  note_came(record);
  newcomers_[newcomer_++ % newcomers_.size()] = &record;
  policy_.faulted_in(record, shadow, identity_of(record));
}

// One that was brought in a moment ago and that nobody has used since. If it could go, an
// instruction that needs two pages could wait for ever, each one's fault evicting the other.
bool PageOut::is_unused_newcomer(FrameRecord& record) {
  const auto at = std::find(newcomers_.begin(), newcomers_.end(), &record);
  if (at == newcomers_.end()) return false;
  bool used = false, shown = false;
  for_each_mapping(*object_of(record), record.index,
                   [&](AddressSpace&, VirtAddr, const Mapping& mapping) {
    shown = true;
    used |= mapping.accessed || mapping.dirty;
  });
  if (used) *at = nullptr;
  const bool stays = shown && !used;
  newcomer_stayed_ |= stays;
  return stays;
}

void PageOut::was_read_ahead(FrameRecord& record, Shadow shadow) {
  if (!manager_.tracking) return;
  record.marks.add(PageMark::Tracked);
  note_came(record);
  policy_.read_ahead(record, shadow, identity_of(record));
}

void PageOut::age() {
  policy_.age(kAgeBudget, *this);
  flush_cleared();
}

bool PageOut::forget(FrameRecord& record) {
  if (record.list != 0) policy_.removed(record);
  if (record.marks.has(PageMark::Locked)) count_locked(record, -1);
  if (record.marks.has(PageMark::Writing)) {
    record.marks = PageMarks::of({PageMark::Writing, PageMark::Orphan});
    return false;
  }
  drop_slot(record);
  record.marks = {};
  return true;
}

void PageOut::lock(FrameRecord& record) {
  KASSERT(!record.marks.has(PageMark::Locked));
  if (record.list != 0) policy_.removed(record);
  std::replace(newcomers_.begin(), newcomers_.end(), &record, kNobody);
  record.marks.remove({PageMark::Tracked});
  record.marks.add(PageMark::Locked);
  count_locked(record, 1);
}

void PageOut::unlock(FrameRecord& record) {
  KASSERT(record.marks.has(PageMark::Locked));
  record.marks.remove({PageMark::Locked});
  count_locked(record, -1);
  if (record.marks.has(PageMark::Stuck)) return;
  if (record.marks.has(PageMark::Writing)) {
    record.marks.add(PageMark::Tracked);  // it is still the writer's, who tells the policy
  } else {
    was_read_ahead(record, slot_of(record).shadow());
  }
}

void PageOut::count_locked(FrameRecord& record, int pages) {
  locked_ += pages;
  object_of(record)->locked_pages += pages;
}

bool PageOut::test_and_clear(PolicyPage& page) {
  auto& record = static_cast<FrameRecord&>(page);
  bool accessed = false;
  ++manager_.stats.bit_tests;
  for_each_view(*object_of(record), record.index,
                [&](AddressSpace& space, VirtAddr address) REQUIRES(memory_lock) {
    if (!space.map().take_accessed(address)) return;
    accessed = true;
    if (cleared_ != &space) flush_cleared();
    cleared_ = &space;
  });
  if (accessed) std::replace(newcomers_.begin(), newcomers_.end(), &record, kNobody);
  return accessed;
}

// The processor may hold translations that still say "accessed": one reload for all of a space.
void PageOut::flush_cleared() {
  if (cleared_ != nullptr) cleared_->map().flush();
  cleared_ = nullptr;
}

}  // namespace mobius::mm
