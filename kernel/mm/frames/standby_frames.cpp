// The queue and the hash table of frames on standby.
#include "mm/frames/standby_frames.h"

namespace mobius::mm {

StandbyFrames::StandbyFrames(FramesLock& lock, FrameZones& zones)
    : lock_(lock), zones_(zones), queue_(kNoFrame) {
  queue_.next = queue_.prev = &queue_;
}

bool StandbyFrames::has(SwapSlot slot) const {
  LeafGuard guard(lock_);
  return find(slot) != nullptr;
}

void StandbyFrames::forget(SwapSlot slot) {
  LeafGuard guard(lock_);
  if (FrameRecord* const record = find(slot)) drop(*record);
}

uint32_t StandbyFrames::count() const {
  LeafGuard guard(lock_);
  return count_;
}

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

void StandbyFrames::drop(FrameRecord& record) {
  remove(record);
  record.state = frame_state(FrameUse::Free, kOrderHot, 0);
  zones_.give_one(record);
}

void StandbyFrames::drop_all() {
  while (FrameRecord* const record = oldest(kNoFrame)) drop(*record);
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
