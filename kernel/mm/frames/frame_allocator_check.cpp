// FrameAllocator::check(): the lists, the records and the books tell one story.
#include "mm/frames/frame_allocator.h"

namespace mobius::mm {

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

}  // namespace

void FrameAllocator::check() const {
  LeafGuard guard(lock_);
  uint32_t free = 0, zeroed = 0;
  for (const FrameZone& zone : zones_) {
    FrameZone::Counts counts = zone.check(records_);
    free += counts.listed + counts.hot;
    zeroed += counts.zeroed;
  }
  standby_.check();
  const uint32_t standby = standby_.count();
  KASSERT(zeroed == zeroed_count_);
  KASSERT(free + zeroed + standby == free_);
  KASSERT(count_free_below(records_, top_->span().begin) == free_lower_);

  uint32_t used[kUses] = {};
  uint32_t free_records = 0, zeroed_records = 0, standby_records = 0, inside_used_runs = 0;
  for (uint32_t i = 0; i < records_.section_count(); ++i) {
    const FrameRecord* section = records_.section_at(i);
    for (uint32_t n = 0; section != nullptr && n < FrameRecords::kSectionFrames; ++n) {
      const FrameRecord& record = section[n];
      KASSERT(record.number.value == i * FrameRecords::kSectionFrames + n);
      if (record.use == FrameUse::Unusable) continue;
      if (record.use == FrameUse::Free) {
        ++free_records;
      } else if (record.use == FrameUse::FreeZeroed) {
        ++zeroed_records;
      } else if (record.use == FrameUse::FreeStandby) {
        ++standby_records;
      } else {
        KASSERT(record.order <= kMaxFrameOrder);
        used[static_cast<unsigned>(record.use)] += 1u << record.order;
        inside_used_runs += (1u << record.order) - 1;
      }
    }
  }
  uint32_t total = free + zeroed + standby;
  for (unsigned use = 0; use < kUses; ++use) {
    KASSERT(used[use] == used_[use]);
    total += used[use];
  }
  KASSERT(total == total_ && zeroed_records == zeroed && standby_records == standby);
  KASSERT(free_records == free + inside_used_runs);
}

}  // namespace mobius::mm
