// FrameZone: the free frames of one stretch of physical memory.
//
//   hot     the last 32 single frames freed (hot_frames.h)
//   runs    all others, merged (buddy_runs.h)
//   zeroed  single frames full of zeros, a stack through the records
//
// Frames get from hot to runs when hot is full (the oldest go) and back when it is empty.
// A free frame's record says where it is: use Free with the order of the run it heads,
// kOrderInside or kOrderHot, or use FreeZeroed. All work is on records; `number` names the frame.
#pragma once

#include "mm/frames/buddy_runs.h"
#include "mm/frames/hot_frames.h"

namespace mobius::mm {

// Whether frames got from one list of a zone to another.
enum class Moved : uint8_t { None, Some };

class FrameZone {
 public:
  FrameZone() = default;
  FrameZone(const FrameZone&) = delete;
  // Requires: called once, before all else. `id` differs from zone to zone.
  void initialize(uint16_t id, FrameRange span);
  FrameRange span() const { return span_; }

  // Free runs of the zone to start with. Requires: records say Free, inside.
  void add(const FrameRecords& records, FrameRange run);

  // Single frames, last in first out. A hot frame's record says Free, kOrderHot.
  bool has_hot() const { return !hot_.empty(); }
  bool hot_is_full() const { return hot_.full(); }
  // Requires: has_hot(). The caller fills in the record.
  FrameRecord& take_hot() { return hot_.take(); }
  // Requires: not hot_is_full(). The record must already say Free, kOrderHot.
  void give_hot(FrameRecord& record) { hot_.give(record); }
  // Some of the runs' frames become hot. None: none are kept hot, or nothing is free there.
  // Requires: not has_hot().
  Moved refill_hot();
  // The oldest hot frames go to the runs. None: there is none.
  Moved spill_oldest();
  // take_hot and give_hot for any state of the hot frames; take_one: null if nothing is free but
  // zeroed frames.
  FrameRecord* take_one();
  void give_one(FrameRecord& record);
  // Moves all hot frames to the runs, so that they can merge.
  void spill_hot();
  // Whether single frames are kept hot from now on, or none is.
  void keep_hot(bool keep);

  // As BuddyRuns.
  FrameRecord* take_run(unsigned order) { return runs_.take(order); }
  void give_run(FrameRecord& first, unsigned order) { runs_.give(first, order); }

  // A frame to be zeroed: a cold one if there is one. Null if there are neither.
  FrameRecord* take_cold();
  bool has_zeroed() const { return zeroed_ != nullptr; }
  FrameRecord& take_zeroed();  // Requires: has_zeroed().
  void give_zeroed(FrameRecord& record);

  // Every list and record of the zone agrees; returns how many frames are free. O(free frames).
  struct Counts {
    uint32_t listed = 0, hot = 0, zeroed = 0;
  };
  Counts check(const FrameRecords& records) const;

 private:
  FrameRange span_{};
  uint16_t id_ = 0;
  HotFrames hot_;
  BuddyRuns runs_;
  FrameRecord* zeroed_ = nullptr;
};

}  // namespace mobius::mm
