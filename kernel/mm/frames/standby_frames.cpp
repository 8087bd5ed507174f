// The queue and the hash table of frames on standby.
#include "mm/frames/standby_frames.h"

namespace mobius::mm {

StandbyFrames::StandbyFrames() : queue_(kNoFrame) { queue_.next = queue_.prev = &queue_; }

FrameRecord* StandbyFrames::find(SwapSlot slot) const {
  PolicyPage* at = chains_[slot.value % kChains];
  while (at != nullptr && static_cast<FrameRecord*>(at)->swap_slot != slot) at = at->next;
  return static_cast<FrameRecord*>(at);
}

void StandbyFrames::add(FrameRecord& record) {
  KASSERT(!is_full() && find(record.swap_slot) == nullptr);
  record.state = frame_state(FrameUse::FreeStandby, 0, 0);
  PolicyPage*& chain = chains_[record.swap_slot.value % kChains];
  record.PolicyPage::next = chain;
  chain = &record;
  record.next = &queue_;
  record.prev = queue_.prev;
  queue_.prev->next = &record;
  queue_.prev = &record;
  ++count_;
}

void StandbyFrames::remove(FrameRecord& record) {
  KASSERT(record.use == FrameUse::FreeStandby);
  PolicyPage** at = &chains_[record.swap_slot.value % kChains];
  while (*at != &record) at = &(*at)->next;
  *at = record.PolicyPage::next;
  record.PolicyPage::next = nullptr;
  record.next->prev = record.prev;
  record.prev->next = record.next;
  --count_;
}

FrameRecord* StandbyFrames::oldest(FrameNumber end, FrameNumber begin) const {
  const FrameRange in{begin, end};
  FrameRecord* record = queue_.next;
  while (record != &queue_ && !in.contains(record->number)) record = record->next;
  return record != &queue_ ? record : nullptr;
}

void StandbyFrames::check() const {
  uint32_t queued = 0;
  const FrameRecord* before = &queue_;
  for (const FrameRecord* at = queue_.next; at != &queue_; at = at->next, ++queued) {
    KASSERT(at->prev == before && queued < count_);
    KASSERT(at->use == FrameUse::FreeStandby && find(at->swap_slot) == at);
    before = at;
  }
  KASSERT(queue_.prev == before && queued == count_ && count_ <= kMost);
}

}  // namespace mobius::mm
