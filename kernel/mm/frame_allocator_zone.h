// FrameZone: the free frames of one stretch of physical memory.
//
//   hot     the last 32 single frames freed, taken last-freed-first
//   buddy   free runs of 2^0..2^10 frames on a list per order, linked through their head's record;
//           a run whose buddy is free too is merged with it at once, so runs are always maximal
//   zeroed  single frames full of zeros, a stack through the records
//
// Frames get from hot to buddy when hot is full (the oldest go) and back when it is empty. Runs
// never cross a section (mm/frame_allocator_records.h), so a buddy's record is in the same array.
// A free frame's record says where it is: use Free with the order of the run it heads,
// kOrderInside or kOrderHot, or use FreeZeroed. All work is on records; `number` names the frame.
#pragma once

#include "mm/frame_allocator_records.h"

namespace mobius::mm {

inline constexpr unsigned kMaxFrameOrder = 10;
static_assert(1u << kMaxFrameOrder == FrameRecords::kSectionFrames);

class FrameZone {
 public:
  FrameZone();
  FrameZone(const FrameZone&) = delete;
  // Requires: called once, before all else. `id` differs from zone to zone.
  void initialize(uint16_t id, FrameRange span);
  FrameRange span() const { return span_; }

  // Free runs of the zone to start with. Requires: records say Free, inside.
  void add(const FrameRecords& records, FrameRange run);

  // Single frames, last in first out. A hot frame's record says Free, kOrderHot.
  bool has_hot() const { return hot_top_ != hot_bottom_; }
  bool hot_is_full() const { return hot_top_ == hot_limit_; }
  // Requires: has_hot(). The caller fills in the record.
  FrameRecord& take_hot() { return *hot_[--hot_top_ & kHotMask]; }
  // Requires: not hot_is_full(). The record must already say Free, kOrderHot.
  void give_hot(FrameRecord& record) { hot_[hot_top_++ & kHotMask] = &record; }
  // Some of the buddy lists' frames become hot. False: none are kept hot, or nothing is free there.
  // Requires: not has_hot().
  bool refill_hot();
  // The oldest hot frames go to the buddy lists. False: there is none.
  bool spill_oldest();
  // take_hot and give_hot for any state of the hot frames; take_one: null if nothing is free but
  // zeroed frames.
  FrameRecord* take_one();
  void give_one(FrameRecord& record);
  // Moves all hot frames to the buddy lists, so that they can merge.
  void spill_hot();
  // Whether single frames are kept hot from now on, or none is.
  void keep_hot(bool keep);

  // 2^order frames from the buddy lists; null if there are none. O(order), no search.
  FrameRecord* take_run(unsigned order);
  // Gives 2^order frames to the buddy lists. Requires: the records but the first say Free, inside.
  void give_run(FrameRecord& first, unsigned order);

  // A frame to be zeroed: a cold one if there is one. Null if hot and buddy are empty.
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
  static constexpr uint32_t kHotFrames = 32;
  static constexpr uint32_t kHotMask = kHotFrames - 1;
  // Frames between hot and buddy go eight at a time where they are neighbours.
  static constexpr unsigned kBatchOrder = 3;
  static constexpr uint32_t kBatch = 1u << kBatchOrder;
  static constexpr uint32_t kOneOrder = frame_state(FrameUse::Unusable, 1, 0);

  uint32_t free_state(unsigned order) const {
    return frame_state(FrameUse::Free, static_cast<uint8_t>(order), id_);
  }
  uint32_t oldest_neighbours() const;
  void split(FrameRecord& first, unsigned from, unsigned to);
  uint32_t check_list(unsigned order) const;
  void check_run(const FrameRecord& head, unsigned order) const;

  FrameRange span_{};
  uint16_t id_ = 0;
  uint32_t orders_ = 0;                    // bit k: there is a run of order k
  FrameRecord lists_[kMaxFrameOrder + 1];  // heads of the circular lists of runs
  FrameRecord* zeroed_ = nullptr;
  // Free-running; hot_[bottom..top), modulo its size, and top never passes limit.
  uint32_t hot_top_ = 0, hot_bottom_ = 0, hot_limit_ = kHotFrames;
  FrameRecord* hot_[kHotFrames];
};

}  // namespace mobius::mm
