// FrameAllocator's rarer halves: runs, promises, the pool of zeroed frames, the books to read.
#include <algorithm>

#include "mm/frames/frame_allocator.h"

namespace mobius::mm {

Result<FrameNumber> FrameAllocator::allocate_run(unsigned order, FrameUse use, Placement placement,
                                                 FrameClass who) {
  KASSERT(order <= kMaxFrameOrder);
  LeafGuard guard(lock_);
  const uint32_t frames = 1u << order;
  if (!may_take(frames, placement, who)) {
    tell_if_low();
    return Failure(Error::OutOfFrames);
  }
  FrameRecord* head =
      take_run_from(order, highest_zone(placement), lowest_zone(frames, placement, who));
  if (head == nullptr) return Failure(Error::OutOfFrames);
  account_taken(*head, 1 << order, use);
  tell_if_low();
  head->state = frame_state(use, static_cast<uint8_t>(order), 0);
  fill_run(head->number, order, kFreshJunk);
  return head->number;
}

void FrameAllocator::fill_run(FrameNumber first, unsigned order, std::byte junk) {
  if constexpr (!kFillsWithJunk) return;
  for (uint32_t i = 0; i < 1u << order; ++i) memory_.fill(first + i, junk);
}

FrameRecord* FrameAllocator::take_run_from(unsigned order, unsigned highest, unsigned lowest) {
  for (unsigned zone = highest + 1; zone-- > lowest;) {
    FrameRecord* head = zones_[zone].take_run(order);
    if (head != nullptr) return head;
  }
  while (FrameRecord* const record = standby_.oldest(kNoFrame)) drop_standby(*record);
  for (unsigned zone = highest + 1; zone-- > lowest;) {
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
  fill_run(first, order, kFreedJunk);
  used_[static_cast<unsigned>(use)] -= 1u << order;
  count_free(head, 1 << order);
  zone_of(first).give_run(head, order);
}

void FrameAllocator::set_admission(const FrameAdmission& admission) {
  LeafGuard guard(lock_);
  admission_ = admission;
  set_low();
}

bool FrameAllocator::keeps(FrameUse use) const {
  LeafGuard guard(lock_);
  return use == FrameUse::Image && !admission_.images_exceed_reserve(images());
}

uint32_t FrameAllocator::must_stay_free(FrameClass who) const {
  LeafGuard guard(lock_);
  return admission_.must_stay_free(who, images());
}

void FrameAllocator::tell_when_low(LowMemory* listener, uint32_t above_min) {
  LeafGuard guard(lock_);
  listener_ = listener;
  low_above_min_ = above_min;
  set_low();
}

uint32_t FrameAllocator::must_stay_free_direct() const {
  LeafGuard guard(lock_);
  return has_more_than_direct() ? admission_.must_stay_free_direct(FrameClass::Normal) : 0;
}

// A page that can lie anywhere takes a frame beyond the direct map first.
uint32_t FrameAllocator::left_for(FrameClass who, Placement placement) const {
  const uint32_t left = frames_above(free_, admission_.must_stay_free(who, images()));
  if (!has_more_than_direct()) return left;
  const uint32_t direct = frames_above(free_lower_, admission_.must_stay_free_direct(who));
  return std::min(left, placement == Placement::Any ? direct + (free_ - free_lower_) : direct);
}

// A request that could lie anywhere does not go down into the direct map for what is left there.
unsigned FrameAllocator::lowest_zone(uint32_t frames, Placement placement, FrameClass who) const {
  if (!has_more_than_direct() || placement != Placement::Any) return 0;
  const uint32_t floor = admission_.must_stay_free_direct(who);
  return free_lower_ >= frames + floor ? 0 : kBeyondDirect;
}

bool FrameAllocator::some_left(FrameClass who, Placement placement) const {
  LeafGuard guard(lock_);
  return left_for(who, placement) != 0;
}

uint32_t FrameAllocator::left(FrameClass who, Placement placement) const {
  LeafGuard guard(lock_);
  return left_for(who, placement);
}

uint32_t FrameAllocator::spare_frames() const {
  LeafGuard guard(lock_);
  return free_ > low_ ? free_ - low_ : 0;
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
  return free_;
}

uint32_t FrameAllocator::zeroed_frames() const {
  LeafGuard guard(lock_);
  return zeroed_count_;
}

uint32_t FrameAllocator::free_direct_frames() const {
  LeafGuard guard(lock_);
  return has_more_than_direct() ? free_lower_ : free_;
}

uint32_t FrameAllocator::used_frames(FrameUse use) const {
  LeafGuard guard(lock_);
  return used_[static_cast<unsigned>(use)];
}

}  // namespace mobius::mm
