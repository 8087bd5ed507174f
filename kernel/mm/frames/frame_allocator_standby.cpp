// FrameAllocator's frames on standby: free, but not forgotten.
#include "mm/frames/frame_allocator.h"

namespace mobius::mm {

void FrameAllocator::free_to_standby(FrameRecord& record) {
  LeafGuard guard(lock_);
  KASSERT(record.use > FrameUse::FreeZeroed && record.order == 0);
  --used_[static_cast<unsigned>(record.use)];
  count_free(record, 1);
  if (standby_.is_full()) drop_standby(*standby_.oldest(kNoFrame));
  standby_.add(record);
}

OwnedFrame FrameAllocator::take_standby(SwapSlot slot, FrameUse use, FrameClass who) {
  LeafGuard guard(lock_);
  FrameRecord* const record = standby_.find(slot);
  if (record == nullptr || !may_take(1, Placement::Any, who)) return {};
  const FrameZone& lowest = zones_[lowest_zone(1, Placement::Any, who)];
  if (record->number < lowest.span().begin) return copy_of_standby(*record, use, who);
  standby_.remove(*record);
  account_taken(*record, 1, use);
  tell_if_low();
  record->state = frame_state(use, 0, 0);
  return OwnedFrame(*this, *record);
}

// It lies where the request may have none, which may have another.
OwnedFrame FrameAllocator::copy_of_standby(FrameRecord& record, FrameUse use, FrameClass who) {
  FrameRecord* const copy = allocate_slowly(use, Placement::Any, Fill::None, who);
  if (copy == nullptr) return {};
  memory_.copy(copy->number, record.number);
  drop_standby(record);
  return OwnedFrame(*this, *copy);
}

void FrameAllocator::forget_standby(SwapSlot slot) {
  LeafGuard guard(lock_);
  if (FrameRecord* const record = standby_.find(slot)) drop_standby(*record);
}

// The frame stays free, and is like any other from now on.
void FrameAllocator::drop_standby(FrameRecord& record) {
  standby_.remove(record);
  record.state = frame_state(FrameUse::Free, kOrderHot, 0);
  give_slowly(record);
}

// Nothing else is free there.
FrameRecord* FrameAllocator::take_oldest_standby(FrameRange in, Fill fill) {
  FrameRecord* const record = standby_.oldest(in.end, in.begin);
  if (record == nullptr) return nullptr;
  standby_.remove(*record);
  if (fill == Fill::Zero) memory_.zero(record->number);
  return record;
}

bool FrameAllocator::on_standby(SwapSlot slot) const {
  LeafGuard guard(lock_);
  return standby_.find(slot) != nullptr;
}

uint32_t FrameAllocator::standby_frames() const {
  LeafGuard guard(lock_);
  return standby_.count();
}

}  // namespace mobius::mm
