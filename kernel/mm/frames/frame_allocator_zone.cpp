// Between a zone's hot frames, its runs and its zeroed frames; which frames are in which zone.
#include "mm/frames/frame_zones.h"

#include <algorithm>
#include <bit>

namespace mobius::mm {

void FrameZone::initialize(uint16_t id, FrameRange span) {
  id_ = id;
  runs_.initialize(id);
  span_ = span;
}

void FrameZone::add(const FrameRecords& records, FrameRange run) {
  KASSERT(span_.begin <= run.begin && run.end <= span_.end);
  for (FrameNumber f = run.begin; f < run.end;) {
    unsigned aligned = f.value == 0 ? kMaxFrameOrder : std::countr_zero(f.value);
    unsigned fits = std::bit_width(run.end - f) - 1;
    unsigned order = std::min({aligned, fits, kMaxFrameOrder});
    give_run(records.at(f), order);
    f = f + (1u << order);
  }
}

Moved FrameZone::refill_hot() {
  if (!hot_.kept()) return Moved::None;
  uint32_t frames = HotFrames::kBatch;
  FrameRecord* record = take_run(HotFrames::kBatchOrder);
  if (record == nullptr) {
    frames = 1;
    record = take_run(0);
    if (record == nullptr) return Moved::None;
  }
  hot_.fill(record, frames);
  return Moved::Some;
}

FrameRecord* FrameZone::take_one() {
  return has_hot() || refill_hot() == Moved::Some ? &take_hot() : take_run(0);
}

void FrameZone::give_one(FrameRecord& record) {
  if (hot_is_full() && spill_oldest() == Moved::None) return give_run(record, 0);
  give_hot(record);
}

// Memory freed in address order comes in batches: one merge for eight frames.
Moved FrameZone::spill_oldest() {
  if (!has_hot()) return Moved::None;
  FrameRecord* oldest = hot_.oldest();
  uint32_t frames = hot_.oldest_neighbours();
  hot_.drop_oldest(frames);
  for (uint32_t i = 1; i < frames; ++i) oldest[i].order = kOrderInside;
  give_run(*oldest, frames == 1 ? 0 : HotFrames::kBatchOrder);
  return Moved::Some;
}

void FrameZone::spill_hot() {
  while (spill_oldest() == Moved::Some) continue;
}

void FrameZone::keep_hot(bool keep) {
  if (!keep) spill_hot();
  hot_.keep(keep);
}

FrameRecord* FrameZone::take_cold() {
  FrameRecord* record = take_run(0);
  if (record != nullptr || !has_hot()) return record;
  FrameRecord* const oldest = hot_.oldest();
  hot_.drop_oldest(1);
  return oldest;
}

FrameRecord& FrameZone::take_zeroed() {
  FrameRecord& record = *zeroed_;
  zeroed_ = record.next;
  return record;
}

void FrameZone::give_zeroed(FrameRecord& record) {
  record.state = frame_state(FrameUse::FreeZeroed, 0, id_);
  record.next = zeroed_;
  zeroed_ = &record;
}

FrameZone::Counts FrameZone::check(const FrameRecords& records) const {
  Counts counts;
  counts.listed = runs_.check(span_);
  counts.hot = hot_.count();
  hot_.check([&](const FrameRecord& record) {
    KASSERT(span_.contains(record.number) && &records.at(record.number) == &record);
    KASSERT(record.use == FrameUse::Free && record.order == kOrderHot);
  });
  for (const FrameRecord* record = zeroed_; record != nullptr; record = record->next) {
    KASSERT(span_.contains(record->number) && counts.zeroed < span_.size_frames());
    KASSERT(record->use == FrameUse::FreeZeroed && record->zone == id_);
    ++counts.zeroed;
  }
  return counts;
}

namespace {
constexpr FrameNumber kEnd16M{(16u << 20) >> kPageShift};
}

void FrameZones::initialize(FrameNumber direct_end) {
  const FrameNumber low_end = std::min(direct_end, kEnd16M);
  zones_[0].initialize(0, {{0}, low_end});
  zones_[1].initialize(1, {low_end, direct_end});
  zones_[kBeyondDirect].initialize(kBeyondDirect, {direct_end, kNoFrame});
}

void FrameZones::add(const FrameRecords& records, FrameRange usable) {
  for (unsigned zone = 0; zone < kZones; ++zone) add_to(zone, records, usable);
}

void FrameZones::add_to(unsigned zone, const FrameRecords& records, FrameRange usable) {
  const FrameRange span = zones_[zone].span();
  const FrameNumber end = std::min(usable.end, span.end);
  for (FrameNumber f = std::max(usable.begin, span.begin); f < end;) {
    FrameNumber run_end = f;
    while (run_end < end && records.is_free(run_end)) ++run_end.value;
    if (run_end == f) {  // holds records, or its section was not worth any
      ++f.value;
      continue;
    }
    zones_[zone].add(records, {f, run_end});
    frames_[zone] += run_end - f;
    top_zone_ = std::max(top_zone_, zone);
    top_ = &zones_[top_zone_];
    f = run_end;
  }
}

void FrameZones::give_one(FrameRecord& record) { of(record.number).give_one(record); }

void FrameZones::keep_hot(bool keep) {
  for (FrameZone& zone : zones_) zone.keep_hot(keep);
}

}  // namespace mobius::mm
