// Which zone a request is served from, what it may take, and the books.
#include "mm/frame_allocator.h"

#include <algorithm>

namespace mobius::mm {

namespace {
constexpr FrameNumber kEnd16M{(16u << 20) >> kPageShift};
}

void OwnedFrame::give_back() {
  FrameUse use = allocator_->record(frame_).use;
  allocator_->free(std::exchange(frame_, kNoFrame), use);
}

FrameAllocator::FrameAllocator(FrameMemory& memory) : memory_(memory) {}

Result<void> FrameAllocator::initialize(std::span<const FrameRange> usable) {
  FrameNumber last{0};
  for (const FrameRange& range : usable) {
    KASSERT(last <= range.begin && range.begin < range.end);
    last = range.end;
  }
  LeafGuard guard(lock_);
  TRY(records_.build(memory_, usable));
  FrameNumber direct_end = memory_.direct_end();
  FrameNumber low_end = std::min(direct_end, kEnd16M);
  zones_[0].initialize(records_, 0, {{0}, low_end});
  zones_[1].initialize(records_, 1, {low_end, direct_end});
  zones_[2].initialize(records_, 2, {direct_end, kNoFrame});
  for (const FrameRange& range : usable) {
    for (unsigned zone = 0; zone < kZones; ++zone) add_to_zone(zone, range);
  }
  return total_ != 0 ? Result<void>() : Failure(Error::OutOfFrames);
}

void FrameAllocator::add_to_zone(unsigned zone, FrameRange range) {
  FrameRange span = zones_[zone].span();
  FrameNumber end = std::min(range.end, span.end);
  for (FrameNumber f = std::max(range.begin, span.begin); f < end;) {
    FrameNumber run_end = f;
    while (run_end < end && records_.is_free(run_end)) ++run_end.value;
    if (run_end == f) {  // holds records, or its section was not worth any
      ++f.value;
      continue;
    }
    zones_[zone].add({f, run_end});
    total_ += run_end - f;
    unpromised_ += run_end - f;
    top_zone_ = std::max(top_zone_, zone);
    f = run_end;
  }
}

bool FrameAllocator::planned_to_fail() {
  if (plan_.after == kNever) return false;
  if (plan_.after != 0) {
    --plan_.after;
    return false;
  }
  if (!plan_.for_good) plan_.after = kNever;
  return true;
}

bool FrameAllocator::may_take(uint32_t frames, Claim claim) {
  if (claim == Claim::Promised) {
    KASSERT(promised_ >= frames);
    return true;
  }
  return !planned_to_fail() && unpromised_ >= frames;
}

void FrameAllocator::account_taken(uint32_t frames, FrameUse use, Claim claim) {
  KASSERT(use > FrameUse::FreeZeroed);
  (claim == Claim::Promised ? promised_ : unpromised_) -= frames;
  used_[static_cast<unsigned>(use)] += frames;
}

Result<OwnedFrame> FrameAllocator::allocate(FrameUse use, Placement placement, Fill fill,
                                            Claim claim) {
  LeafGuard guard(lock_);
  if (!may_take(1, claim)) [[unlikely]] return Failure(Error::OutOfFrames);
  unsigned zone = highest_zone(placement);
  FrameNumber frame = take_from(zone, fill);
  while (frame == kNoFrame) {
    if (zone-- == 0) return Failure(Error::OutOfFrames);
    frame = take_from(zone, fill);
  }
  account_taken(1, use, claim);
  FrameRecord& record = records_.at(frame);
  record.owner = nullptr;
  record.index = 0;
  record.count = 0;
  record.use = use;
  record.order = 0;
  return OwnedFrame(*this, frame);
}

FrameNumber FrameAllocator::take_from(unsigned zone, Fill fill) {
  if (fill == Fill::Zero) {
    FrameNumber frame = take_zeroed(zone);
    if (frame != kNoFrame) return frame;
  }
  FrameNumber frame = zones_[zone].take_one();
  if (frame == kNoFrame) [[unlikely]] return take_zeroed(zone);
  if (fill == Fill::Zero) memory_.zero(frame);
  return frame;
}

FrameNumber FrameAllocator::take_zeroed(unsigned zone) {
  FrameNumber frame = zones_[zone].take_zeroed();
  if (frame != kNoFrame) --zeroed_count_;
  return frame;
}

void FrameAllocator::free(FrameNumber frame, FrameUse use) {
  LeafGuard guard(lock_);
  KASSERT(records_.contains(frame) && use > FrameUse::FreeZeroed);
  FrameRecord& record = records_.at(frame);
  KASSERT(record.use == use && record.order == 0);
  record.use = FrameUse::Free;
  record.order = kOrderHot;
  --used_[static_cast<unsigned>(use)];
  ++unpromised_;
  zone_of(frame).give_one(frame);
}

}  // namespace mobius::mm
