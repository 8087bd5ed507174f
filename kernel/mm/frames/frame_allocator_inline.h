// The two calls of every page fault: a hot frame of the highest zone comes and goes in some 25
// instructions each. Everything else is in frame_allocator.cpp. While a failure is planned there
// are no hot frames, so that every allocation goes the slow way, where plans are looked at.
#pragma once

#include "mm/frames/frame_allocator.h"
#include "mm/words/junk.h"

namespace mobius::mm {

inline uint32_t FrameAllocator::kernel_frames() const {
  LeafGuard guard(lock_);
  return used_[static_cast<unsigned>(FrameUse::PageTable)] +
         used_[static_cast<unsigned>(FrameUse::Slab)];
}

inline unsigned FrameAllocator::highest_zone(Placement placement) const {
  return std::min(kZones - 1 - static_cast<unsigned>(placement), top_zone_);
}

inline FrameZone& FrameAllocator::zone_of(FrameNumber f) {
  return zones_[(f >= zones_[1].span().begin) + (f >= zones_[2].span().begin)];
}

inline bool FrameAllocator::may_take(uint32_t frames, Placement placement, FrameClass who) {
  const bool fails = who != FrameClass::Promised && plan_.after != kNever && planned_to_fail();
  return !fails && left_for(who, placement) >= frames;
}

inline void FrameAllocator::count_free(const FrameRecord& first, int frames) {
  free_ += static_cast<uint32_t>(frames);
  if (first.number < top_->span().begin) free_lower_ += static_cast<uint32_t>(frames);
}

inline void FrameAllocator::account_taken(const FrameRecord& first, int frames, FrameUse use) {
  KASSERT(use > FrameUse::FreeZeroed);
  count_free(first, -frames);
  used_[static_cast<unsigned>(use)] += static_cast<uint32_t>(frames);
}

[[gnu::always_inline]] inline Result<OwnedFrame> FrameAllocator::allocate(
    FrameUse use, Placement placement, Fill fill, FrameClass who) {
  LeafGuard guard(lock_);
  FrameRecord* record;
  bool plain = placement == Placement::Any && (fill == Fill::None || zeroed_count_ == 0);
  if (plain && free_ > low_ && (top_->has_hot() || top_->refill_hot())) [[likely]] {
    record = &top_->take_hot();
    --free_;
    ++used_[static_cast<unsigned>(use)];
    record->state = frame_state(use, 0, 0);
    if (fill == Fill::Zero) memory_.zero(record->number);
  } else {
    record = allocate_slowly(use, placement, fill, who);
    if (record == nullptr) return Failure(Error::OutOfFrames);
  }
  if constexpr (kFillsWithJunk) {
    if (fill == Fill::None) memory_.fill(record->number, kFreshJunk);
  }
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
  KASSERT(use - kFirst < kUses - kFirst);
  if constexpr (kFillsWithJunk) memory_.fill(record.number, kFreedJunk);
  record.state = frame_state(FrameUse::Free, kOrderHot, 0);
  --used_[use];
  ++free_;
  if (record.number >= top_->span().begin && (!top_->hot_is_full() || top_->spill_oldest()))
      [[likely]] {
    top_->give_hot(record);
  } else {
    if (record.number < top_->span().begin) ++free_lower_;
    give_slowly(record);
  }
}

}  // namespace mobius::mm
