// The buddy lists of one zone, its hot frames and its zeroed ones.
#include "mm/frame_allocator_zone.h"

#include <algorithm>
#include <bit>

namespace mobius::mm {

void FrameZone::initialize(FrameRecords& records, uint16_t id, FrameRange span) {
  KASSERT(records_ == nullptr);
  records_ = &records;
  id_ = id;
  span_ = span;
  std::fill(std::begin(runs_), std::end(runs_), kNoFrame);
}

void FrameZone::add(FrameRange run) {
  KASSERT(span_.begin <= run.begin && run.end <= span_.end);
  for (FrameNumber f = run.begin; f < run.end;) {
    unsigned aligned = f.value == 0 ? kMaxFrameOrder : std::countr_zero(f.value);
    unsigned fits = std::bit_width(run.end - f) - 1;
    unsigned order = std::min({aligned, fits, kMaxFrameOrder});
    give_run(f, order);
    f = f + (1u << order);
  }
}

FrameNumber FrameZone::take_run(unsigned order) {
  uint32_t fitting = orders_ >> order;
  if (fitting == 0) return kNoFrame;
  unsigned found = order + std::countr_zero(fitting);
  FrameNumber first = runs_[found];
  FrameRecord& head = records_->at(first);
  FrameNumber next = head.next;
  runs_[found] = next;
  if (next == kNoFrame) {
    orders_ &= ~(1u << found);
  } else {
    records_->at(next).prev = kNoFrame;
  }
  head.order = kOrderInside;
  if (found != order) split(first, found, order);
  return first;
}

// Keeps the first 2^to of 2^from frames and lists the rest, one run of each order between: their
// lists are empty, or the run would have come from them.
void FrameZone::split(FrameNumber first, unsigned from, unsigned to) {
  FrameRecord* head = &records_->at(first);
  orders_ |= (1u << from) - (1u << to);
  while (from-- != to) {
    uint32_t half = 1u << from;
    runs_[from] = first + half;
    FrameRecord& upper = head[half];
    upper.next = kNoFrame;
    upper.prev = kNoFrame;
    upper.count = id_;
    upper.order = static_cast<uint8_t>(from);
  }
}

void FrameZone::give_run(FrameNumber first, unsigned order) {
  FrameRecord* section = records_->section(first);
  uint32_t base = first.value & ~FrameRecords::kSectionMask;
  uint32_t at = first.value & FrameRecords::kSectionMask;
  section[at].use = FrameUse::Free;
  section[at].order = kOrderInside;
  for (; order < kMaxFrameOrder; ++order) {
    FrameRecord& buddy = section[at ^ (1u << order)];
    if (!is_free_run(buddy, order)) break;
    remove(buddy, order);
    buddy.order = kOrderInside;
    at &= ~(1u << order);
  }
  push({base + at}, section[at], order);
}

void FrameZone::push(FrameNumber first, FrameRecord& head, unsigned order) {
  FrameNumber next = runs_[order];
  head.next = next;
  head.prev = kNoFrame;
  head.count = id_;
  head.order = static_cast<uint8_t>(order);
  if (next != kNoFrame) records_->at(next).prev = first;
  runs_[order] = first;
  orders_ |= 1u << order;
}

void FrameZone::remove(const FrameRecord& head, unsigned order) {
  FrameNumber next = head.next;
  FrameNumber prev = head.prev;
  if (next != kNoFrame) records_->at(next).prev = prev;
  if (prev != kNoFrame) {
    records_->at(prev).next = next;
    return;
  }
  runs_[order] = next;
  if (next == kNoFrame) orders_ &= ~(1u << order);
}

FrameNumber FrameZone::take_cold() {
  FrameNumber f = take_run(0);
  if (f == kNoFrame && hot_top_ != hot_bottom_) f = hot_[hot_bottom_++ & kHotMask];
  return f;
}

FrameNumber FrameZone::take_zeroed() {
  FrameNumber f = zeroed_;
  if (f != kNoFrame) zeroed_ = records_->at(f).next;
  return f;
}

void FrameZone::give_zeroed(FrameNumber f) {
  FrameRecord& record = records_->at(f);
  record.use = FrameUse::FreeZeroed;
  record.order = 0;
  record.count = id_;
  record.next = zeroed_;
  zeroed_ = f;
}

void FrameZone::spill_hot() {
  while (hot_top_ != hot_bottom_) spill_oldest();
}

}  // namespace mobius::mm
