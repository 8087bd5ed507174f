// FrameAllocator::check(): the lists, the records and the books tell one story.
#include "mm/frame_allocator.h"

namespace mobius::mm {

FrameZone::Counts FrameZone::check() const {
  Counts counts;
  for (unsigned order = 0; order <= kMaxFrameOrder; ++order) counts.listed += check_list(order);
  KASSERT(hot_top_ - hot_bottom_ <= kHotFrames);
  for (uint32_t i = hot_bottom_; i != hot_top_; ++i) {
    FrameNumber f = hot_[i & kHotMask];
    const FrameRecord& record = records_->at(f);
    KASSERT(span_.contains(f));
    KASSERT(record.use == FrameUse::Free && record.order == kOrderHot);
    ++counts.hot;
  }
  for (FrameNumber f = zeroed_; f != kNoFrame; f = records_->at(f).next) {
    const FrameRecord& record = records_->at(f);
    KASSERT(span_.contains(f) && counts.zeroed < span_.size_frames());
    KASSERT(record.use == FrameUse::FreeZeroed && record.count == id_);
    ++counts.zeroed;
  }
  return counts;
}

uint32_t FrameZone::check_list(unsigned order) const {
  KASSERT(((orders_ >> order) & 1) == (runs_[order] != kNoFrame));
  uint32_t frames = 0;
  FrameNumber prev = kNoFrame;
  for (FrameNumber f = runs_[order]; f != kNoFrame; f = records_->at(f).next) {
    KASSERT(records_->at(f).prev == prev);  // so the list cannot run in a circle
    check_run(f, order);
    frames += 1u << order;
    prev = f;
  }
  return frames;
}

void FrameZone::check_run(FrameNumber first, unsigned order) const {
  uint32_t size = 1u << order;
  KASSERT((first.value & (size - 1)) == 0);
  KASSERT(span_.contains(first) && span_.contains(first + (size - 1)));
  const FrameRecord* section = records_->section(first);
  uint32_t at = first.value & FrameRecords::kSectionMask;
  KASSERT(is_free_run(section[at], order));
  for (uint32_t i = 1; i < size; ++i) {
    KASSERT(section[at + i].use == FrameUse::Free && section[at + i].order == kOrderInside);
  }
  KASSERT(order == kMaxFrameOrder || !is_free_run(section[at ^ size], order));  // else: merged
}

void FrameAllocator::check() const {
  LeafGuard guard(lock_);
  uint32_t free = 0, zeroed = 0;
  for (const FrameZone& zone : zones_) {
    FrameZone::Counts counts = zone.check();
    free += counts.listed + counts.hot;
    zeroed += counts.zeroed;
  }
  KASSERT(zeroed == zeroed_count_);
  KASSERT(free + zeroed == unpromised_ + promised_);

  uint32_t used[kUses] = {};
  uint32_t free_records = 0, zeroed_records = 0, inside_used_runs = 0;
  for (uint32_t i = 0; i < records_.section_count(); ++i) {
    const FrameRecord* section = records_.section_at(i);
    for (uint32_t n = 0; section != nullptr && n < FrameRecords::kSectionFrames; ++n) {
      const FrameRecord& record = section[n];
      if (record.use == FrameUse::Unusable) continue;
      if (record.use == FrameUse::Free) {
        ++free_records;
      } else if (record.use == FrameUse::FreeZeroed) {
        ++zeroed_records;
      } else {
        KASSERT(record.order <= kMaxFrameOrder);
        used[static_cast<unsigned>(record.use)] += 1u << record.order;
        inside_used_runs += (1u << record.order) - 1;
      }
    }
  }
  uint32_t total = free + zeroed;
  for (unsigned use = 0; use < kUses; ++use) {
    KASSERT(used[use] == used_[use]);
    total += used[use];
  }
  KASSERT(total == total_ && zeroed_records == zeroed);
  KASSERT(free_records == free + inside_used_runs);
}

}  // namespace mobius::mm
