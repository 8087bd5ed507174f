// The buddy lists of one zone, its hot frames and its zeroed ones.
#include "mm/frame_allocator_zone.h"

#include <algorithm>
#include <bit>

namespace mobius::mm {

namespace {
constexpr FrameRecord kListHead{kNoFrame};
}

FrameZone::FrameZone()
    : lists_{kListHead, kListHead, kListHead, kListHead, kListHead, kListHead,
             kListHead, kListHead, kListHead, kListHead, kListHead} {
  for (FrameRecord& list : lists_) list.next = list.prev = &list;
}

void FrameZone::initialize(uint16_t id, FrameRange span) {
  id_ = id;
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

// Keeps the first 2^to of 2^from frames and lists the rest, one run of each order between: their
// lists are empty, or the run would have come from them.
inline void FrameZone::split(FrameRecord& first, unsigned from, unsigned to) {
  uint32_t half = 1u << from;
  orders_ |= half - (1u << to);
  uint32_t state = free_state(from);
  FrameRecord* const last = &lists_[to];
  FrameRecord* list = &lists_[from];
  do {
    --list;
    half >>= 1;
    state -= kOneOrder;
    FrameRecord* upper = &first + half;
    upper->next = list;
    upper->prev = list;
    list->next = upper;
    list->prev = upper;
    upper->state = state;
  } while (list != last);
}

FrameRecord* FrameZone::take_run(unsigned order) {
  uint32_t fitting = orders_ >> order;
  if (fitting == 0) return nullptr;
  unsigned found = order + std::countr_zero(fitting);
  FrameRecord* list = &lists_[found];
  FrameRecord* first = list->next;
  FrameRecord* next = first->next;
  list->next = next;
  next->prev = list;
  if (next == list) orders_ ^= 1u << found;
  first->order = kOrderInside;
  if (found != order) split(*first, found, order);
  return first;
}

void FrameZone::give_run(FrameRecord& first, unsigned order) {
  uint32_t at = first.number.value & FrameRecords::kSectionMask;
  FrameRecord* section = &first - at;
  first.state = frame_state(FrameUse::Free, kOrderInside, 0);
  // Both belong to the order at hand, which rises with every merge.
  uint32_t size = 1u << order;
  uint32_t state = free_state(order);
  while (size != FrameRecords::kSectionFrames) {
    const uint32_t buddy_at = at ^ size;
    FrameRecord* buddy = &section[buddy_at];
    if (buddy->state != state) break;
    FrameRecord* next = buddy->next;
    FrameRecord* prev = buddy->prev;
    prev->next = next;
    next->prev = prev;
    if (next == prev) orders_ ^= size;  // the list's head alone is left
    buddy->order = kOrderInside;
    at &= buddy_at;  // the lower of the two
    size <<= 1;
    state += kOneOrder;
  }
  FrameRecord* head = &section[at];
  FrameRecord* list = &lists_[state >> 24];
  FrameRecord* next = list->next;
  head->state = state;
  head->next = next;
  head->prev = list;
  next->prev = head;
  list->next = head;
  orders_ |= size;
}

bool FrameZone::refill_hot() {
  if (hot_limit_ == hot_bottom_) return false;  // none are kept hot
  uint32_t frames = kBatch;
  FrameRecord* record = take_run(kBatchOrder);
  if (record == nullptr) {
    frames = 1;
    record = take_run(0);
    if (record == nullptr) return false;
  }
  hot_bottom_ = 0;
  hot_top_ = frames;
  hot_limit_ = kHotFrames;
  for (FrameRecord** hot = &hot_[frames]; hot != hot_; ++record) {  // the lowest comes out first
    record->state = frame_state(FrameUse::Free, kOrderHot, 0);
    *--hot = record;
  }
  return true;
}

FrameRecord* FrameZone::take_one() {
  return has_hot() || refill_hot() ? &take_hot() : take_run(0);
}

void FrameZone::give_one(FrameRecord& record) {
  if (hot_is_full() && !spill_oldest()) return give_run(record, 0);
  give_hot(record);
}

// How many of the oldest hot frames are a batch, in ascending order; 1 if they are not.
inline uint32_t FrameZone::oldest_neighbours() const {
  const FrameRecord* oldest = hot_[hot_bottom_ & kHotMask];
  if ((oldest->number.value & (kBatch - 1)) != 0 || hot_top_ - hot_bottom_ < kBatch) return 1;
  for (uint32_t i = kBatch - 1; i != 0; --i) {
    if (hot_[(hot_bottom_ + i) & kHotMask] != oldest + i) return 1;
  }
  return kBatch;
}

// Memory freed in address order comes in batches: one merge for eight frames.
bool FrameZone::spill_oldest() {
  if (!has_hot()) return false;
  FrameRecord* oldest = hot_[hot_bottom_ & kHotMask];
  uint32_t frames = oldest_neighbours();
  hot_bottom_ += frames;
  hot_limit_ += frames;
  for (uint32_t i = 1; i < frames; ++i) oldest[i].order = kOrderInside;
  give_run(*oldest, frames == 1 ? 0 : kBatchOrder);
  return true;
}

void FrameZone::spill_hot() {
  while (spill_oldest()) continue;
}

void FrameZone::keep_hot(bool keep) {
  if (!keep) spill_hot();
  hot_limit_ = keep ? hot_bottom_ + kHotFrames : hot_bottom_;
}

FrameRecord* FrameZone::take_cold() {
  FrameRecord* record = take_run(0);
  if (record != nullptr || !has_hot()) return record;
  ++hot_limit_;
  return hot_[hot_bottom_++ & kHotMask];
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
