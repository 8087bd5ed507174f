// ZeroedFrames: the pool of free frames full of zeros, which the idle loop fills, so that a page of
// zeros costs no zeroing when it is needed. Each zone keeps its own on a list
// (frame_allocator_zone.h); other requests get one when nothing else is free there.
#pragma once

#include "base/lock.h"
#include "mm/frames/frame_counts.h"
#include "mm/words/frame_memory.h"

namespace mobius::mm {

// What became of the wish to zero one more free frame.
enum class Zeroing : uint8_t { Done, PoolIsFull, NothingIsFree };

class ZeroedFrames {
 public:
  // Refers to all of them for as long as it lives.
  ZeroedFrames(FramesLock& lock, FrameMemory& memory, FrameZones& zones, const FrameCounts& counts)
      : lock_(lock), memory_(memory), zones_(zones), counts_(counts) {}
  ZeroedFrames(const ZeroedFrames&) = delete;

  // ---- Locks: the frame allocator's ----
  // Zeroes one free frame for the pool. For the idle loop, which keeps an eighth of what is free
  // zeroed, and no more than kMost.
  Zeroing zero_one() EXCLUDES(frames_lock) {
    LeafGuard guard(lock_);
    return zero_up_to(std::min(kMost, counts_.free() / 8));
  }
  // Benchmarks, tests: a pool of up to `most` frames; all of it back into the free lists.
  Zeroing zero_one(uint32_t most) EXCLUDES(frames_lock) {
    LeafGuard guard(lock_);
    return zero_up_to(most);
  }
  void drop() EXCLUDES(frames_lock) {
    LeafGuard guard(lock_);
    for (unsigned zone = 0; zone < FrameZones::kZones; ++zone) drop_from(zones_[zone]);
  }
  uint32_t count() const EXCLUDES(frames_lock) {
    LeafGuard guard(lock_);
    return count_;
  }

  // ---- Requires: the lock. For the frame allocator ----
  uint32_t size() const REQUIRES(frames_lock) { return count_; }
  // Requires: the zone has one.
  FrameRecord& take(FrameZone& zone) REQUIRES(frames_lock) {
    --count_;
    return zone.take_zeroed();
  }
  // A single frame of the zone, zeroed before or now if `fill` says so. Null: nothing is free.
  FrameRecord* take_or_zero(FrameZone& zone, Fill fill) REQUIRES(frames_lock) {
    if (fill == Fill::Zero && zone.has_zeroed()) return &take(zone);
    FrameRecord* record = zone.take_one();
    if (record == nullptr) return zone.has_zeroed() ? &take(zone) : nullptr;
    if (fill == Fill::Zero) memory_.zero(record->number);
    return record;
  }
  // The zone's are free like any other from now on.
  void drop_from(FrameZone& zone) REQUIRES(frames_lock) {
    while (zone.has_zeroed()) zone.give_run(take(zone), 0);
  }

 private:
  static constexpr uint32_t kMost = 1024;

  Zeroing zero_up_to(uint32_t most) REQUIRES(frames_lock) {
    if (count_ >= most) return Zeroing::PoolIsFull;
    for (unsigned zone = zones_.highest(Placement::Any) + 1; zone-- > 0;) {
      FrameRecord* record = zones_[zone].take_cold();
      if (record == nullptr) continue;
      memory_.zero(record->number);
      zones_[zone].give_zeroed(*record);
      ++count_;
      return Zeroing::Done;
    }
    return Zeroing::NothingIsFree;
  }

  FramesLock& lock_;
  FrameMemory& memory_;
  FrameZones& zones_ GUARDED_BY(frames_lock);
  const FrameCounts& counts_ GUARDED_BY(frames_lock);
  uint32_t count_ GUARDED_BY(frames_lock) = 0;
};

}  // namespace mobius::mm
