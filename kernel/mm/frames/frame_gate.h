// FrameGate: who may take a frame, and who hears of it when few are left.
//
// A table (frame_admission.h; the ledger in promises.h fills it in) says how many frames each class
// of request leaves to others. Above it lies the low watermark: with more free, a request needs no
// second look; after one that leaves less, the listener is told. Tests plan failures here.
#pragma once

#include "base/lock.h"
#include "mm/frames/frame_admission.h"
#include "mm/frames/frame_counts.h"

namespace mobius::mm {

class FrameGate {
 public:
  // Refers to all of them for as long as it lives.
  FrameGate(FramesLock& lock, FrameZones& zones, const FrameCounts& counts)
      : lock_(lock), zones_(zones), counts_(counts) {}
  FrameGate(const FrameGate&) = delete;

  // ---- Locks: the frame allocator's ----
  // From now on a request fails that would leave less free than the table says.
  void set_admission(const FrameAdmission& admission) EXCLUDES(frames_lock);
  uint32_t must_stay_free(FrameClass who = FrameClass::Normal) const EXCLUDES(frames_lock);
  // In the direct map, where there is RAM beyond it.
  uint32_t must_stay_free_direct() const EXCLUDES(frames_lock);
  // Whether growth could not have the frame of a page of that use that goes: kept for images.
  bool keeps(FrameUse use) const EXCLUDES(frames_lock);
  // How many frames requests of that class could have there; whether there is one.
  uint32_t left(FrameClass who, Placement placement = Placement::Any) const EXCLUDES(frames_lock);
  bool some_left(FrameClass who, Placement placement = Placement::Any) const EXCLUDES(frames_lock);
  uint32_t spare() const EXCLUDES(frames_lock);  // free frames above the low watermark
  // Sets the low watermark, `above_min` above FrameAdmission::min(), and who hears of requests
  // after which fewer frames are free; null: nobody.
  void tell_when_low(LowMemory* listener, uint32_t above_min) EXCLUDES(frames_lock);
  // For tests. Promised requests never fail by plan: that is what the promise means. Meanwhile no
  // frames are hot, so that every request comes by here.
  void plan_failure(FailurePlan plan) EXCLUDES(frames_lock);

  // ---- Requires: the lock. For the frame allocator ----
  uint32_t low() const REQUIRES(frames_lock) { return low_; }
  bool has_plan() const REQUIRES(frames_lock) { return plan_.is_set(); }
  // Asked once for each request, which a plan may make fail.
  bool may_take(uint32_t frames, Placement placement, FrameClass who) REQUIRES(frames_lock) {
    const bool fails = who != FrameClass::Promised && has_plan() && planned_to_fail();
    return !fails && left_for(who, placement) >= frames;
  }
  // The lowest zone that such a request may be served from.
  unsigned lowest_zone(uint32_t frames, Placement placement, FrameClass who) const
      REQUIRES(frames_lock);
  void tell_if_low() REQUIRES(frames_lock);

 private:
  bool planned_to_fail() REQUIRES(frames_lock);
  void set_plan(FailurePlan plan) REQUIRES(frames_lock);
  uint32_t left_for(FrameClass who, Placement placement) const REQUIRES(frames_lock);
  uint32_t images() const REQUIRES(frames_lock) { return counts_.used(FrameUse::Image); }
  void set_low() REQUIRES(frames_lock) { low_ = admission_.min() + low_above_min_; }

  FramesLock& lock_;
  FrameZones& zones_ GUARDED_BY(frames_lock);
  const FrameCounts& counts_ GUARDED_BY(frames_lock);
  FrameAdmission admission_ GUARDED_BY(frames_lock);
  uint32_t low_above_min_ GUARDED_BY(frames_lock) = 0;
  uint32_t low_ GUARDED_BY(frames_lock) = 0;
  LowMemory* listener_ GUARDED_BY(frames_lock) = nullptr;
  FailurePlan plan_ GUARDED_BY(frames_lock);
};

}  // namespace mobius::mm
