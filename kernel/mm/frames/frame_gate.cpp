// What a request leaves to others, and the failures that tests plan.
#include "mm/frames/frame_gate.h"

#include <algorithm>

namespace mobius::mm {

void FrameGate::set_admission(const FrameAdmission& admission) {
  LeafGuard guard(lock_);
  admission_ = admission;
  set_low();
}

uint32_t FrameGate::must_stay_free(FrameClass who) const {
  LeafGuard guard(lock_);
  return admission_.must_stay_free(who, images());
}

uint32_t FrameGate::must_stay_free_direct() const {
  LeafGuard guard(lock_);
  if (!counts_.has_more_than_direct()) return 0;
  return admission_.must_stay_free_direct(FrameClass::Normal);
}

bool FrameGate::keeps(FrameUse use) const {
  LeafGuard guard(lock_);
  return use == FrameUse::Image && !admission_.images_exceed_reserve(images());
}

uint32_t FrameGate::left(FrameClass who, Placement placement) const {
  LeafGuard guard(lock_);
  return left_for(who, placement);
}

bool FrameGate::some_left(FrameClass who, Placement placement) const {
  LeafGuard guard(lock_);
  return left_for(who, placement) != 0;
}

uint32_t FrameGate::spare() const {
  LeafGuard guard(lock_);
  return counts_.free() > low_ ? counts_.free() - low_ : 0;
}

void FrameGate::tell_when_low(LowMemory* listener, uint32_t above_min) {
  LeafGuard guard(lock_);
  listener_ = listener;
  low_above_min_ = above_min;
  set_low();
}

void FrameGate::plan_failure(FailurePlan plan) {
  LeafGuard guard(lock_);
  set_plan(plan);
}

// A page that can lie anywhere takes a frame beyond the direct map first.
uint32_t FrameGate::left_for(FrameClass who, Placement placement) const {
  const uint32_t free = counts_.free(), lower = counts_.free_lower();
  const uint32_t left = frames_above(free, admission_.must_stay_free(who, images()));
  if (!counts_.has_more_than_direct()) return left;
  const uint32_t direct = frames_above(lower, admission_.must_stay_free_direct(who));
  return std::min(left, placement == Placement::Any ? direct + (free - lower) : direct);
}

// A request that could lie anywhere does not go down into the direct map for what is left there.
unsigned FrameGate::lowest_zone(uint32_t frames, Placement placement, FrameClass who) const {
  if (!counts_.has_more_than_direct() || placement != Placement::Any) return 0;
  const uint32_t floor = admission_.must_stay_free_direct(who);
  return counts_.free_lower() >= frames + floor ? 0 : FrameZones::kBeyondDirect;
}

void FrameGate::tell_if_low() {
  if (counts_.free() < low_ && listener_ != nullptr) listener_->frames_are_low();
}

// Requires: a failure is planned.
bool FrameGate::planned_to_fail() {
  if (plan_.after != 0) {
    --plan_.after;
    return false;
  }
  if (!plan_.for_good) set_plan({});
  return true;
}

void FrameGate::set_plan(FailurePlan plan) {
  plan_ = plan;
  zones_.keep_hot(!has_plan());
}

}  // namespace mobius::mm
