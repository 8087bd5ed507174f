// StandbyFrames: free frames that still hold what was in them, which is in a swap slot, too.
//
// A page that was evicted a moment ago is often wanted again. Its frame is free, but it is the last
// to be given to somebody else (frame_allocator.h), and until then the page is had back from it by
// its swap slot, without I/O. So the frames that must be free are of use meanwhile. (The free page
// list of VAX/VMS, the standby list of Windows.)
//
// A queue, longest out first, and a hash table whose chains lead through the records.
#pragma once

#include "base/lock.h"
#include "mm/frames/frame_zones.h"

namespace mobius::mm {

class StandbyFrames {
 public:
  static constexpr uint32_t kMost = 512;

  // Refers to both for as long as it lives.
  StandbyFrames(FramesLock& lock, FrameZones& zones);
  StandbyFrames(const StandbyFrames&) = delete;

  // ---- Locks: the frame allocator's ----
  // Whether a frame still has what is in the slot.
  bool has(SwapSlot slot) const EXCLUDES(frames_lock);
  // What is in the slot is wanted no more. The frame that has it, if there is one, is free like any
  // other from now on.
  void forget(SwapSlot slot) EXCLUDES(frames_lock);
  uint32_t count() const EXCLUDES(frames_lock);

  // ---- Requires: the lock. For the frame allocator ----
  uint32_t size() const REQUIRES(frames_lock) { return count_; }
  bool is_full() const REQUIRES(frames_lock) { return count_ == kMost; }
  // The frame that holds what is in the slot; null: none does.
  FrameRecord* find(SwapSlot slot) const REQUIRES(frames_lock);
  // The frame's `swap_slot` says what it holds. Requires: no other has that slot; not is_full().
  void add(FrameRecord& record) REQUIRES(frames_lock);
  // The record is nobody's afterwards. Requires: it has been added.
  void remove(FrameRecord& record) REQUIRES(frames_lock);
  // The one that has been here longest, of those below `end` and not below `begin`; null: there
  // is none. At most kMost steps; one, where all frames are there.
  FrameRecord* oldest(FrameNumber end, FrameNumber begin = FrameNumber{0}) const
      REQUIRES(frames_lock);
  // The frame is free like any other from now on. Requires: it has been added.
  void drop(FrameRecord& record) REQUIRES(frames_lock);
  void drop_all() REQUIRES(frames_lock);

  // Queue, chains and records agree. Asserts otherwise.
  void check() const REQUIRES(frames_lock);

 private:
  static constexpr uint32_t kChains = 512;  // by a slot's lowest bits

  FramesLock& lock_;
  FrameZones& zones_ GUARDED_BY(frames_lock);
  FrameRecord queue_ GUARDED_BY(frames_lock);  // its head: next is the oldest
  uint32_t count_ GUARDED_BY(frames_lock) = 0;
  PolicyPage* chains_[kChains] GUARDED_BY(frames_lock) = {};
};

}  // namespace mobius::mm
