// Which zone a request is served from, and where frames go that are free again.
#include "mm/frames/frame_allocator.h"

#include <algorithm>
#include <array>

namespace mobius::mm {

void OwnedFrame::give_back(FrameAllocator& allocator, FrameRecord& record) {
  allocator.free(record);
}

FrameAllocator::FrameAllocator(FrameMemory& memory)
    : memory_(memory),
      gate_(lock_, zones_, counts_),
      zeroed_(lock_, memory_, zones_, counts_),
      standby_(lock_, zones_) {}

Result<void> FrameAllocator::initialize(std::span<const FrameRange> usable) {
  FrameNumber last{0};
  for (const FrameRange& range : usable) {
    KASSERT(last <= range.begin && range.begin < range.end);
    last = range.end;
  }
  LeafGuard guard(lock_);
  TRY(records_.build(memory_, usable));
  zones_.initialize(memory_.direct_end());
  for (const FrameRange& range : usable) zones_.add(records_, range);
  counts_.initialize(zones_);
  return counts_.total() != 0 ? Result<void>() : Failure(Error::OutOfFrames);
}

FrameRecord* FrameAllocator::allocate_slowly(FrameUse use, Placement placement, Fill fill,
                                             FrameClass who) {
  const bool plain = placement == Placement::Any && fill == Fill::Zero && !gate_.has_plan();
  if (plain && counts_.free() > gate_.low() && zones_.top().has_zeroed()) [[likely]] {
    FrameRecord& record = zeroed_.take(zones_.top());
    counts_.take_top(use);
    record.state = frame_state(use, 0, 0);
    return &record;
  }
  if (!gate_.may_take(1, placement, who)) return gate_.tell_if_low(), nullptr;
  const unsigned highest = zones_.highest(placement);
  const unsigned lowest = gate_.lowest_zone(1, placement, who);
  FrameZone* zone = &zones_[highest];
  FrameRecord* record = zeroed_.take_or_zero(*zone, fill);
  while (record == nullptr && zone != &zones_[lowest]) record = zeroed_.take_or_zero(*--zone, fill);
  if (record == nullptr) {
    record = take_oldest_standby({zones_[lowest].span().begin, zones_[highest].span().end}, fill);
  }
  if (record == nullptr) return nullptr;
  counts_.take(record->number, 1, use);
  gate_.tell_if_low();
  record->state = frame_state(use, 0, 0);
  return record;
}

Result<FrameNumber> FrameAllocator::allocate_run(unsigned order, FrameUse use, Placement placement,
                                                 FrameClass who) {
  KASSERT(order <= kMaxFrameOrder);
  LeafGuard guard(lock_);
  const uint32_t frames = 1u << order;
  if (!gate_.may_take(frames, placement, who)) {
    gate_.tell_if_low();
    return Failure(Error::OutOfFrames);
  }
  FrameRecord* head =
      take_run(order, zones_.highest(placement), gate_.lowest_zone(frames, placement, who));
  if (head == nullptr) return Failure(Error::OutOfFrames);
  counts_.take(head->number, frames, use);
  gate_.tell_if_low();
  head->state = frame_state(use, static_cast<uint8_t>(order), 0);
  fill_with_junk(memory_, head->number, frames, kFreshJunk);
  return head->number;
}

FrameRecord* FrameAllocator::take_run(unsigned order, unsigned highest, unsigned lowest) {
  for (unsigned zone = highest + 1; zone-- > lowest;) {
    FrameRecord* head = zones_[zone].take_run(order);
    if (head != nullptr) return head;
  }
  standby_.drop_all();
  for (unsigned zone = highest + 1; zone-- > lowest;) {
    zones_[zone].spill_hot();
    zeroed_.drop_from(zones_[zone]);
    FrameRecord* head = zones_[zone].take_run(order);
    if (head != nullptr) return head;
  }
  return nullptr;
}

void FrameAllocator::free_run(FrameNumber first, unsigned order, FrameUse use) {
  LeafGuard guard(lock_);
  KASSERT(records_.contains(first) && use > FrameUse::FreeZeroed);
  FrameRecord& head = records_.at(first);
  KASSERT(head.use == use && head.order == order);
  fill_with_junk(memory_, first, 1u << order, kFreedJunk);
  counts_.give(first, 1u << order, use);
  zones_.of(first).give_run(head, order);
}

void FrameAllocator::free_to_standby(FrameRecord& record) {
  LeafGuard guard(lock_);
  KASSERT(record.use > FrameUse::FreeZeroed && record.order == 0);
  counts_.give(record.number, 1, record.use);
  if (standby_.is_full()) standby_.drop(*standby_.oldest(kNoFrame));
  standby_.add(record);
}

OwnedFrame FrameAllocator::take_standby(SwapSlot slot, FrameUse use, FrameClass who) {
  LeafGuard guard(lock_);
  FrameRecord* const record = standby_.find(slot);
  if (record == nullptr || !gate_.may_take(1, Placement::Any, who)) return {};
  const FrameZone& lowest = zones_[gate_.lowest_zone(1, Placement::Any, who)];
  if (record->number < lowest.span().begin) return copy_of_standby(*record, use, who);
  standby_.remove(*record);
  counts_.take(record->number, 1, use);
  gate_.tell_if_low();
  record->state = frame_state(use, 0, 0);
  return OwnedFrame(*this, *record);
}

// It lies where the request may have none, which may have another.
OwnedFrame FrameAllocator::copy_of_standby(FrameRecord& record, FrameUse use, FrameClass who) {
  FrameRecord* const copy = allocate_slowly(use, Placement::Any, Fill::None, who);
  if (copy == nullptr) return {};
  memory_.copy(copy->number, record.number);
  standby_.drop(record);
  return OwnedFrame(*this, *copy);
}

// Nothing else is free there.
FrameRecord* FrameAllocator::take_oldest_standby(FrameRange in, Fill fill) {
  FrameRecord* const record = standby_.oldest(in.end, in.begin);
  if (record == nullptr) return nullptr;
  standby_.remove(*record);
  if (fill == Fill::Zero) memory_.zero(record->number);
  return record;
}

namespace {

// Of the frames below `end`: how many are free. The first of a run in use says how long it is.
uint32_t count_free_below(const FrameRecords& records, FrameNumber end) {
  uint32_t lower = 0;
  for (uint32_t i = 0; i < records.section_count(); ++i) {
    const FrameRecord* section = records.section_at(i);
    for (uint32_t n = 0; section != nullptr && n < FrameRecords::kSectionFrames;) {
      const FrameRecord& record = section[n];
      const bool free = record.use >= FrameUse::Free && record.use <= FrameUse::FreeZeroed;
      if (free && record.number < end) ++lower;
      n += record.use > FrameUse::FreeZeroed ? 1u << record.order : 1;
    }
  }
  return lower;
}

// What the records say: of each use how many frames, and how many are inside of runs in use.
struct Recorded {
  std::array<uint32_t, FrameCounts::kUses> frames{};
  uint32_t inside_used_runs = 0;

  uint32_t of(FrameUse use) const { return frames[static_cast<unsigned>(use)]; }
  void add(const FrameRecord& record) {
    const bool heads_run = record.use > FrameUse::FreeZeroed;
    KASSERT(!heads_run || record.order <= kMaxFrameOrder);
    const uint32_t n = heads_run ? 1u << record.order : 1;
    frames[static_cast<unsigned>(record.use)] += n;
    inside_used_runs += n - 1;
  }
};

Recorded add_up(const FrameRecords& records) {
  Recorded recorded;
  for (uint32_t i = 0; i < records.section_count(); ++i) {
    const FrameRecord* section = records.section_at(i);
    for (uint32_t n = 0; section != nullptr && n < FrameRecords::kSectionFrames; ++n) {
      KASSERT(section[n].number.value == i * FrameRecords::kSectionFrames + n);
      recorded.add(section[n]);
    }
  }
  return recorded;
}

}  // namespace

void FrameAllocator::check() const {
  LeafGuard guard(lock_);
  FrameZone::Counts listed;
  for (unsigned zone = 0; zone < FrameZones::kZones; ++zone) {
    const FrameZone::Counts there = zones_[zone].check(records_);
    listed.listed += there.listed + there.hot;
    listed.zeroed += there.zeroed;
  }
  standby_.check();
  KASSERT(listed.zeroed == zeroed_.size());
  KASSERT(listed.listed + listed.zeroed + standby_.size() == counts_.free());
  KASSERT(count_free_below(records_, zones_.top_begin()) == counts_.free_lower());

  const Recorded recorded = add_up(records_);
  uint32_t total = counts_.free();
  for (unsigned n = static_cast<unsigned>(FrameUse::PageTable); n < FrameCounts::kUses; ++n) {
    const auto use = static_cast<FrameUse>(n);
    KASSERT(recorded.of(use) == counts_.used(use));
    total += counts_.used(use);
  }
  KASSERT(total == counts_.total());
  KASSERT(recorded.of(FrameUse::FreeZeroed) == listed.zeroed);
  KASSERT(recorded.of(FrameUse::FreeStandby) == standby_.size());
  KASSERT(recorded.of(FrameUse::Free) == listed.listed + recorded.inside_used_runs);
}

}  // namespace mobius::mm
