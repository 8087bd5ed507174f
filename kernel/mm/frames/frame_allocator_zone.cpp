// Between a zone's hot frames, its runs and its zeroed frames.
#include "mm/frames/frame_allocator_zone.h"

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

bool FrameZone::refill_hot() {
  if (!hot_.kept()) return false;
  uint32_t frames = HotFrames::kBatch;
  FrameRecord* record = take_run(HotFrames::kBatchOrder);
  if (record == nullptr) {
    frames = 1;
    record = take_run(0);
    if (record == nullptr) return false;
  }
  hot_.fill(record, frames);
  return true;
}

FrameRecord* FrameZone::take_one() {
  return has_hot() || refill_hot() ? &take_hot() : take_run(0);
}

void FrameZone::give_one(FrameRecord& record) {
  if (hot_is_full() && !spill_oldest()) return give_run(record, 0);
  give_hot(record);
}

// Memory freed in address order comes in batches: one merge for eight frames.
bool FrameZone::spill_oldest() {
  if (!has_hot()) return false;
  FrameRecord* oldest = hot_.oldest();
  uint32_t frames = hot_.oldest_neighbours();
  hot_.drop_oldest(frames);
  for (uint32_t i = 1; i < frames; ++i) oldest[i].order = kOrderInside;
  give_run(*oldest, frames == 1 ? 0 : HotFrames::kBatchOrder);
  return true;
}

void FrameZone::spill_hot() {
  while (spill_oldest()) continue;
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

}  // namespace mobius::mm
