// StandbyFrames: free frames that still hold what was in them, which is in a swap slot, too.
//
// A page that was evicted a moment ago is often wanted again. Its frame is free, but it is the last
// to be given to somebody else (frame_allocator.h), and until then the page is had back from it by
// its swap slot, without I/O. So the frames that must be free are of use meanwhile. (The free page
// list of VAX/VMS, the standby list of Windows.)
//
// A queue, longest out first, and a hash table whose chains lead through the records. Requires, for
// all of it: the frame allocator's lock.
#pragma once

#include "mm/frames/frame_record.h"

namespace mobius::mm {

class StandbyFrames {
 public:
  static constexpr uint32_t kMost = 512;

  StandbyFrames();
  StandbyFrames(const StandbyFrames&) = delete;

  uint32_t count() const { return count_; }
  bool is_full() const { return count_ == kMost; }
  // The frame that holds what is in the slot; null: none does.
  FrameRecord* find(SwapSlot slot) const;
  // The frame's `swap_slot` says what it holds. Requires: no other has that slot; not is_full().
  void add(FrameRecord& record);
  // The record is nobody's afterwards. Requires: it has been added.
  void remove(FrameRecord& record);
  // The one that has been here longest, of those below `end` and not below `begin`; null: there
  // is none. At most kMost steps; one, where all frames are there.
  FrameRecord* oldest(FrameNumber end, FrameNumber begin = FrameNumber{0}) const;

  // Queue, chains and records agree. Asserts otherwise.
  void check() const;

 private:
  static constexpr uint32_t kChains = 512;  // by a slot's lowest bits

  FrameRecord queue_;  // its head: next is the oldest
  uint32_t count_ = 0;
  PolicyPage* chains_[kChains] = {};
};

}  // namespace mobius::mm
