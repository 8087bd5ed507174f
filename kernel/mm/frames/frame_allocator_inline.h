// The two calls of every page fault: a hot frame of the highest zone comes and goes in some 25
// instructions each. Everything else is in frame_allocator.cpp. While a failure is planned there
// are no hot frames, so that every allocation goes the slow way, where plans are looked at.
#pragma once

#include "mm/frames/frame_allocator.h"
#include "mm/words/junk.h"

namespace mobius::mm {

[[gnu::always_inline]] inline Result<OwnedFrame> FrameAllocator::allocate(
    FrameUse use, Placement placement, Fill fill, FrameClass who) {
  LeafGuard guard(lock_);
  FrameRecord* record;
  bool plain = placement == Placement::Any && (fill == Fill::None || zeroed_.size() == 0);
  // [[likely]] here and in free(): 5 of frame_pair_hot.
  if (plain && counts_.free() > gate_.low() &&
      (zones_.top().has_hot() || zones_.top().refill_hot() == Moved::Some)) [[likely]] {
    record = &zones_.top().take_hot();
    counts_.take_top(use);
    record->state = frame_state(use, 0, 0);
    if (fill == Fill::Zero) memory_.zero(record->number);
  } else {
    record = allocate_slowly(use, placement, fill, who);
    if (record == nullptr) return Failure(Error::OutOfFrames);
  }
  if (fill == Fill::None) fill_with_junk(memory_, record->number, 1, kFreshJunk);
  return OwnedFrame(*this, *record);
}

[[gnu::always_inline]] inline void FrameAllocator::free(FrameNumber frame, FrameUse use) {
  FrameRecord* const record = records_.find(frame);
  KASSERT(record != nullptr && record->use == use);
  free(*record);
}

[[gnu::always_inline]] inline void FrameAllocator::free(FrameRecord& record) {
  LeafGuard guard(lock_);
  constexpr auto kFirst = static_cast<uint32_t>(FrameUse::PageTable);
  const uint32_t use = record.state >> 16;  // and above it the order, which is 0
  KASSERT(use - kFirst < FrameCounts::kUses - kFirst);
  fill_with_junk(memory_, record.number, 1, kFreedJunk);
  record.state = frame_state(FrameUse::Free, kOrderHot, 0);
  counts_.give_top(use);
  if (record.number >= zones_.top_begin() &&
      (!zones_.top().hot_is_full() || zones_.top().spill_oldest() == Moved::Some)) [[likely]] {
    zones_.top().give_hot(record);
  } else {
    counts_.lies_at(record.number);
    zones_.give_one(record);
  }
}

}  // namespace mobius::mm
