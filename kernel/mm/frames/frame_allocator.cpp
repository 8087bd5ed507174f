// Which zone a request is served from, what it may take, and the books.
#include "mm/frames/frame_allocator.h"

#include <algorithm>

namespace mobius::mm {

namespace {
constexpr FrameNumber kEnd16M{(16u << 20) >> kPageShift};
}

void OwnedFrame::give_back(FrameAllocator& allocator, FrameRecord& record) {
  allocator.free(record);
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
  zones_[0].initialize(0, {{0}, low_end});
  zones_[1].initialize(1, {low_end, direct_end});
  zones_[2].initialize(2, {direct_end, kNoFrame});
  for (const FrameRange& range : usable) {
    for (unsigned zone = 0; zone < kZones; ++zone) add_to_zone(zone, range);
  }
  for (const FrameRange& range : usable) {
    for (FrameNumber f = range.begin; f < std::min(range.end, top_->span().begin); ++f.value) {
      if (records_.is_free(f)) ++free_lower_;
    }
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
    zones_[zone].add(records_, {f, run_end});
    total_ += run_end - f;
    free_ += run_end - f;
    if (zone != kBeyondDirect) direct_total_ += run_end - f;
    top_zone_ = std::max(top_zone_, zone);
    top_ = &zones_[top_zone_];
    f = run_end;
  }
}

// Requires: a failure is planned.
bool FrameAllocator::planned_to_fail() {
  if (plan_.after != 0) {
    --plan_.after;
    return false;
  }
  if (!plan_.for_good) set_plan({});
  return true;
}

void FrameAllocator::set_plan(FailurePlan plan) {
  plan_ = plan;
  for (FrameZone& zone : zones_) zone.keep_hot(plan.after == kNever);
}

FrameRecord* FrameAllocator::allocate_slowly(FrameUse use, Placement placement, Fill fill,
                                             FrameClass who) {
  const bool plain = placement == Placement::Any && fill == Fill::Zero && plan_.after == kNever;
  if (plain && free_ > low_ && top_->has_zeroed()) [[likely]] {
    FrameRecord& record = take_zeroed(*top_);
    --free_;
    ++used_[static_cast<unsigned>(use)];
    record.state = frame_state(use, 0, 0);
    return &record;
  }
  if (!may_take(1, placement, who)) [[unlikely]] return tell_if_low(), nullptr;
  const unsigned highest = highest_zone(placement);
  const unsigned lowest = lowest_zone(1, placement, who);
  FrameZone* zone = &zones_[highest];
  FrameRecord* record = take_from(*zone, fill);
  while (record == nullptr && zone != &zones_[lowest]) record = take_from(*--zone, fill);
  if (record == nullptr) {
    record = take_oldest_standby({zones_[lowest].span().begin, zones_[highest].span().end}, fill);
  }
  if (record == nullptr) return nullptr;
  account_taken(*record, 1, use);
  tell_if_low();
  record->state = frame_state(use, 0, 0);
  return record;
}

void FrameAllocator::tell_if_low() {
  if (free_ < low_ && listener_ != nullptr) listener_->frames_are_low();
}

inline FrameRecord* FrameAllocator::take_from(FrameZone& zone, Fill fill) {
  if (fill == Fill::Zero && zone.has_zeroed()) return &take_zeroed(zone);
  FrameRecord* record = zone.take_one();
  if (record == nullptr) return zone.has_zeroed() ? &take_zeroed(zone) : nullptr;
  if (fill == Fill::Zero) memory_.zero(record->number);
  return record;
}

FrameRecord& FrameAllocator::take_zeroed(FrameZone& zone) {
  --zeroed_count_;
  return zone.take_zeroed();
}

void FrameAllocator::give_slowly(FrameRecord& record) { zone_of(record.number).give_one(record); }

}  // namespace mobius::mm
