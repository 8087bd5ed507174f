// The two calls of every page fault: a hot frame of the highest zone comes and goes in some 25
// instructions each. Everything else is in frame_allocator.cpp. While a failure is planned there
// are no hot frames, so that every allocation goes the slow way, where plans are looked at.
#pragma once

#include "mm/frame_allocator.h"
#include "mm/junk.h"

namespace mobius::mm {

inline uint32_t FrameAllocator::floor_for(Claim claim) const {
  switch (claim) {
    case Claim::Promised: return 0;
    case Claim::Returning: return reserve_;
    case Claim::Unpromised: return floor_;
    case Claim::Growth: return floor_ + left_to_images();
  }
  __builtin_unreachable();
}

inline Claim FrameAllocator::effective_now(Claim claim) const {
  return running_ == Claim::Promised ? running_ : claim;
}

inline bool FrameAllocator::may_take(uint32_t frames, Claim claim) {
  const Claim effective = effective_now(claim);
  if (effective == Claim::Promised) return free_ >= frames;
  return (plan_.after == kNever || !planned_to_fail()) && free_ >= frames + floor_for(effective);
}

inline void FrameAllocator::account_taken(uint32_t frames, FrameUse use) {
  KASSERT(use > FrameUse::FreeZeroed);
  free_ -= frames;
  used_[static_cast<unsigned>(use)] += frames;
}

[[gnu::always_inline]] inline Result<OwnedFrame> FrameAllocator::allocate(FrameUse use,
                                                                          Placement placement,
                                                                          Fill fill, Claim claim) {
  LeafGuard guard(lock_);
  FrameRecord* record;
  bool plain = placement == Placement::Any && (fill == Fill::None || zeroed_count_ == 0);
  if (plain && free_ > plenty_ && (top_->has_hot() || top_->refill_hot())) [[likely]] {
    record = &top_->take_hot();
    --free_;
    ++used_[static_cast<unsigned>(use)];
    record->state = frame_state(use, 0, 0);
    if (fill == Fill::Zero) memory_.zero(record->number);
  } else {
    record = allocate_slowly(use, placement, fill, claim);
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
    give_slowly(record);
  }
}

}  // namespace mobius::mm
