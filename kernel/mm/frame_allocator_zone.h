// FrameZone: the free frames of one stretch of physical memory.
//
//   hot     the last 32 single frames freed, taken last-freed-first; the oldest spills into
//   buddy   free runs of 2^0..2^10 frames on a list per order, linked through their head's record;
//           a run whose buddy is free too is merged with it at once, so runs are always maximal
//   zeroed  single frames full of zeros, a stack through the records
//
// Runs never cross a section (mm/frame_allocator_records.h), so a buddy's record is in the same
// array. A free frame's record says where it is: use Free with the order of the run it heads,
// kOrderInside or kOrderHot, or use FreeZeroed. No counting here beyond what each part needs.
#pragma once

#include "mm/frame_allocator_records.h"

namespace mobius::mm {

inline constexpr unsigned kMaxFrameOrder = 10;
static_assert(1u << kMaxFrameOrder == FrameRecords::kSectionFrames);

class FrameZone {
 public:
  static constexpr uint32_t kHotFrames = 32;

  // Requires: called once, before all else. `id` differs from zone to zone.
  void initialize(FrameRecords& records, uint16_t id, FrameRange span);
  FrameRange span() const { return span_; }

  // Free runs of the zone to start with. Requires: records say Free, inside.
  void add(FrameRange run);

  // One frame from hot, else buddy; kNoFrame if there is none. The caller fills in its record.
  FrameNumber take_one() {
    if (hot_top_ == hot_bottom_) [[unlikely]] return take_run(0);
    return hot_[--hot_top_ & kHotMask];
  }
  // Gives one frame back, hot. Its record must already say Free, kOrderHot.
  void give_one(FrameNumber f) {
    if (hot_top_ - hot_bottom_ == kHotFrames) [[unlikely]] spill_oldest();
    hot_[hot_top_++ & kHotMask] = f;
  }

  // 2^order frames from the buddy lists; kNoFrame if there are none. O(order), no search.
  FrameNumber take_run(unsigned order);
  // Gives 2^order frames to the buddy lists. Whatever the head's record says is overwritten.
  void give_run(FrameNumber first, unsigned order);

  // A frame to be zeroed: a cold one if there is one. kNoFrame if hot and buddy are empty.
  FrameNumber take_cold();
  FrameNumber take_zeroed();
  void give_zeroed(FrameNumber f);

  // Moves all hot frames to the buddy lists, so that they can merge.
  void spill_hot();

  // Every list and record of the zone agrees; returns how many frames are free. O(free runs).
  struct Counts {
    uint32_t listed = 0, hot = 0, zeroed = 0;
  };
  Counts check() const;

 private:
  static constexpr uint32_t kHotMask = kHotFrames - 1;
  void spill_oldest() { give_run(hot_[hot_bottom_++ & kHotMask], 0); }
  void split(FrameNumber first, unsigned from, unsigned to);
  void push(FrameNumber first, FrameRecord& head, unsigned order);
  void remove(const FrameRecord& head, unsigned order);
  bool is_free_run(const FrameRecord& head, unsigned order) const {
    return head.use == FrameUse::Free && head.order == order && head.count == id_;
  }
  uint32_t check_list(unsigned order) const;
  void check_run(FrameNumber first, unsigned order) const;

  const FrameRecords* records_ = nullptr;
  FrameRange span_{};
  uint16_t id_ = 0;
  uint32_t orders_ = 0;  // bit k: there is a run of order k
  FrameNumber runs_[kMaxFrameOrder + 1];
  FrameNumber zeroed_ = kNoFrame;
  uint32_t hot_top_ = 0, hot_bottom_ = 0;  // free-running; hot_[bottom..top) modulo its size
  FrameNumber hot_[kHotFrames];
};

}  // namespace mobius::mm
