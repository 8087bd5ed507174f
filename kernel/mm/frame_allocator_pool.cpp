// FrameAllocator's rarer halves: runs, promises, the pool of zeroed frames, the books to read.
#include <algorithm>

#include "mm/frame_allocator.h"

namespace mobius::mm {

Result<FrameNumber> FrameAllocator::allocate_run(unsigned order, FrameUse use, Placement placement,
                                                 Claim claim) {
  KASSERT(order <= kMaxFrameOrder);
  LeafGuard guard(lock_);
  uint32_t frames = 1u << order;
  if (!may_take(frames, claim)) return Failure(Error::OutOfFrames);
  FrameRecord* head = take_run_from(order, highest_zone(placement));
  if (head == nullptr) return Failure(Error::OutOfFrames);
  account_taken(frames, use, claim);
  head->state = frame_state(use, static_cast<uint8_t>(order), 0);
  return head->number;
}

FrameRecord* FrameAllocator::take_run_from(unsigned order, unsigned highest) {
  for (unsigned zone = highest + 1; zone-- > 0;) {
    FrameRecord* head = zones_[zone].take_run(order);
    if (head != nullptr) return head;
  }
  for (unsigned zone = highest + 1; zone-- > 0;) {
    zones_[zone].spill_hot();
    drop_zeroed(zones_[zone]);
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
  used_[static_cast<unsigned>(use)] -= 1u << order;
  unpromised_ += 1u << order;
  zone_of(first).give_run(head, order);
}

Result<void> FrameAllocator::promise(uint32_t frames) {
  LeafGuard guard(lock_);
  if (unpromised_ < frames) return Failure(Error::OutOfFrames);
  unpromised_ -= frames;
  promised_ += frames;
  return {};
}

void FrameAllocator::unpromise(uint32_t frames) {
  LeafGuard guard(lock_);
  KASSERT(promised_ >= frames);
  promised_ -= frames;
  unpromised_ += frames;
}

bool FrameAllocator::zero_one_free_frame() {
  return zero_one_free_frame(std::min(kMaxZeroed, free_frames() / 8));
}

bool FrameAllocator::zero_one_free_frame(uint32_t most) {
  LeafGuard guard(lock_);
  if (zeroed_count_ >= most) return false;
  for (unsigned zone = top_zone_ + 1; zone-- > 0;) {
    FrameRecord* record = zones_[zone].take_cold();
    if (record == nullptr) continue;
    memory_.zero(record->number);
    zones_[zone].give_zeroed(*record);
    ++zeroed_count_;
    return true;
  }
  return false;
}

void FrameAllocator::drop_zeroed(FrameZone& zone) {
  while (zone.has_zeroed()) zone.give_run(take_zeroed(zone), 0);
}

void FrameAllocator::drop_zeroed_pool() {
  LeafGuard guard(lock_);
  for (FrameZone& zone : zones_) drop_zeroed(zone);
}

void FrameAllocator::plan_failure(FailurePlan plan) {
  LeafGuard guard(lock_);
  set_plan(plan);
}

uint32_t FrameAllocator::free_frames() const {
  LeafGuard guard(lock_);
  return unpromised_ + promised_;
}

uint32_t FrameAllocator::zeroed_frames() const {
  LeafGuard guard(lock_);
  return zeroed_count_;
}

uint32_t FrameAllocator::promised_frames() const {
  LeafGuard guard(lock_);
  return promised_;
}

uint32_t FrameAllocator::used_frames(FrameUse use) const {
  LeafGuard guard(lock_);
  return used_[static_cast<unsigned>(use)];
}

}  // namespace mobius::mm
