// BuddyRuns: free runs of 2^0..2^10 frames of a zone, on a list per order, linked through the
// record of the frame that heads them. A run whose buddy is free too is merged with it at once, so
// runs are always maximal; none crosses a section (frame_allocator_records.h), so a buddy's record
// is in the same array.
#pragma once

#include "mm/frames/frame_allocator_records.h"

namespace mobius::mm {

inline constexpr unsigned kMaxFrameOrder = 10;
static_assert(1u << kMaxFrameOrder == FrameRecords::kSectionFrames);

class BuddyRuns {
 public:
  BuddyRuns();
  BuddyRuns(const BuddyRuns&) = delete;
  // Requires: called once, before all else. `id` differs from zone to zone: runs of two zones are
  // no buddies.
  void initialize(uint16_t id) { id_ = id; }

  // 2^order frames; null if there are none. O(order), no search.
  FrameRecord* take(unsigned order);
  // Requires: the records but the first say Free, inside.
  void give(FrameRecord& first, unsigned order);

  // Lists and records agree; returns how many frames are in the runs. O(free frames).
  uint32_t check(FrameRange within) const;

 private:
  static constexpr uint32_t kOneOrder = frame_state(FrameUse::Unusable, 1, 0);

  uint32_t free_state(unsigned order) const {
    return frame_state(FrameUse::Free, static_cast<uint8_t>(order), id_);
  }
  void split(FrameRecord& first, unsigned from, unsigned to);
  uint32_t check_list(unsigned order, FrameRange within) const;
  void check_run(const FrameRecord& head, unsigned order, FrameRange within) const;

  uint16_t id_ = 0;
  uint32_t orders_ = 0;                    // bit k: there is a run of order k
  FrameRecord lists_[kMaxFrameOrder + 1];  // heads of the circular lists of runs
};

}  // namespace mobius::mm
