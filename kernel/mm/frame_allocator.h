// FrameAllocator: the physical page allocator.
//
// Three zones (below 16 MiB, the rest of the direct map, RAM above it), each a buddy system with
// intrusive free lists through the frame records, orders 0..10 (4 KiB..4 MiB): an operation costs
// at most eleven list steps, whatever the memory size. Single frames come last-freed-first, so
// that they are still in the cache. Beside it: a pool of frames zeroed while the machine idles;
// frames on standby, taken last; and a floor: that many frames only requests with Claim::Promised
// may take (mm/commit.h sets it).
#pragma once

#include <algorithm>
#include <span>

#include "base/lock.h"
#include "base/result.h"
#include "mm/frame_allocator_zone.h"
#include "mm/frame_request.h"
#include "mm/owned_frame.h"
#include "mm/ports/frame_memory.h"
#include "mm/standby_frames.h"

namespace mobius::mm {

class FrameAllocator {
 public:
  // `usable`: RAM that nobody has taken yet, ascending, not overlapping (boot/: the Multiboot map
  // less kernel, modules, first MiB). The records are carved out of these ranges themselves, in
  // the direct map. Fails: OutOfFrames (too little RAM to describe itself).
  // The allocator refers to `memory` for as long as it lives.
  explicit FrameAllocator(FrameMemory& memory);
  Result<void> initialize(std::span<const FrameRange> usable);
  FrameAllocator(const FrameAllocator&) = delete;

  // One frame; its record's count is 0, owner and index are junk. Fails: OutOfFrames.
  Result<OwnedFrame> allocate(FrameUse use, Placement placement = Placement::Any,
                              Fill fill = Fill::None, Claim claim = Claim::Unpromised);
  // 2^order contiguous frames aligned to their size; freed as a whole by free_run. Only the first
  // one's record says who uses them. Where nothing is found at once, hot and zeroed frames and
  // those on standby are merged first: that, once, costs more. Fails: OutOfFrames.
  Result<FrameNumber> allocate_run(unsigned order, FrameUse use, Placement placement,
                                   Claim claim = Claim::Unpromised);

  // Requires: the frame was allocated singly, for `use`, and not freed since (asserted).
  void free(FrameNumber frame, FrameUse use);
  void free(FrameRecord& record);
  void free_run(FrameNumber first, unsigned order, FrameUse use);

  // Like free, but the frame's contents, which are in the record's swap slot too, stay there until
  // it is needed for something else (standby_frames.h). Requires: no frame on standby has the slot.
  void free_to_standby(FrameRecord& record);
  // The frame that still has what is in the slot. None: there is no such frame, or a request of
  // that claim may not have it.
  OwnedFrame take_standby(SwapSlot slot, FrameUse use, Claim claim);
  // What is in the slot is wanted no more.
  void forget_standby(SwapSlot slot);
  bool on_standby(SwapSlot slot) const;
  uint32_t standby_frames() const;

  // The record of a frame of RAM. Requires: has_record(frame).
  FrameRecord& record(FrameNumber frame) { return records_.at(frame); }
  bool has_record(FrameNumber frame) const { return records_.contains(frame); }

  // From now on unpromised requests leave both free, those that return only the reserve; or fail.
  void set_floor(uint32_t reserve, uint32_t promised = 0);
  uint32_t floor(Claim claim = Claim::Unpromised) const;
  // From now on growth leaves so many frames to images: those they have, and free ones. So what
  // programs have had before finds a frame when growth finds none.
  void keep_for_images(uint32_t frames);
  // Whether growth could have the frame of an image that goes.
  bool images_have_more_than_kept() const;
  // What a request with that claim is now: the running thread's may be better.
  Claim effective(Claim claim) const;
  // Whether a request of that claim, or of the running thread's, can have a frame.
  bool some_left(Claim claim) const;
  uint32_t spare_frames() const;  // how many may go before somebody is told that they are low
  // Who wants to know that fewer than `watermark` frames above the floor are free; null: nobody.
  void tell_when_low(LowMemory* listener, uint32_t watermark);
  // From now on all requests count as promised, or only those that say so: for a thread that memory
  // is promised to (S1), or while a promised page is given. Returns what was before.
  Claim claim_all(Claim claim);

  // Zeroes one free frame for the pool; false when the pool is full or nothing is free. For the
  // idle loop, which keeps an eighth of what is free zeroed, and no more than kMaxZeroed.
  bool zero_one_free_frame();
  // Benchmarks, tests: a pool of up to `most` frames; all of it back into the free lists.
  bool zero_one_free_frame(uint32_t most);
  void drop_zeroed_pool();

  uint32_t total_frames() const { return total_; }  // handed out and free, records not counted
  uint32_t free_frames() const;                     // zeroed and on standby included
  uint32_t zeroed_frames() const;
  uint32_t used_frames(FrameUse use) const;  // every frame of a run counts

  // For tests. Promised requests never fail by plan: that is what the promise means.
  void plan_failure(FailurePlan plan);

  // Every free list, count and record agrees (mm/invariants). Asserts otherwise.
  void check() const;

 private:
  static constexpr unsigned kZones = 3, kUses = 16;
  static constexpr uint32_t kMaxZeroed = 1024, kNever = 0xFFFFFFFF;

  void add_to_zone(unsigned zone, FrameRange range) REQUIRES(lock_);
  FrameRecord* allocate_slowly(FrameUse, Placement, Fill, Claim) REQUIRES(lock_);
  void give_slowly(FrameRecord& record) REQUIRES(lock_);
  bool planned_to_fail() REQUIRES(lock_);
  void set_plan(FailurePlan plan) REQUIRES(lock_);
  bool may_take(uint32_t frames, Claim claim) REQUIRES(lock_);
  uint32_t floor_for(Claim claim) const REQUIRES(lock_);
  uint32_t left_to_images() const REQUIRES(lock_);
  Claim effective_now(Claim claim) const REQUIRES(lock_);
  void set_plenty() REQUIRES(lock_) { plenty_ = floor_ + watermark_ + kept_for_images_; }
  void account_taken(uint32_t frames, FrameUse use) REQUIRES(lock_);
  void tell_if_low() REQUIRES(lock_);
  FrameRecord* take_from(FrameZone& zone, Fill fill) REQUIRES(lock_);
  FrameRecord& take_zeroed(FrameZone& zone) REQUIRES(lock_);
  FrameRecord* take_oldest_standby(FrameNumber end, Fill fill) REQUIRES(lock_);
  FrameRecord* take_run_from(unsigned order, unsigned highest_zone) REQUIRES(lock_);
  void drop_zeroed(FrameZone& zone) REQUIRES(lock_);
  void fill_run(FrameNumber first, unsigned order, std::byte junk) REQUIRES(lock_);
  void drop_standby(FrameRecord& record) REQUIRES(lock_);
  // All placements fall back to the zones below their highest.
  unsigned highest_zone(Placement placement) const {
    return std::min(kZones - 1 - static_cast<unsigned>(placement), top_zone_);
  }
  FrameZone& zone_of(FrameNumber f) REQUIRES(lock_) {
    return zones_[(f >= zones_[1].span().begin) + (f >= zones_[2].span().begin)];
  }

  FrameMemory& memory_;
  FrameRecords records_;   // as initialize() left them: what they point to is guarded
  mutable LeafLock lock_{LockRank::Frames};
  FrameZone zones_[kZones] GUARDED_BY(lock_);
  StandbyFrames standby_ GUARDED_BY(lock_);
  unsigned top_zone_ = 0;  // the highest with RAM
  FrameZone* top_ = &zones_[0];
  uint32_t total_ = 0, free_ GUARDED_BY(lock_) = 0, zeroed_count_ GUARDED_BY(lock_) = 0;
  uint32_t floor_ GUARDED_BY(lock_) = 0, reserve_ GUARDED_BY(lock_) = 0;  // a part of it
  uint32_t kept_for_images_ GUARDED_BY(lock_) = 0, watermark_ GUARDED_BY(lock_) = 0;
  // With more than this free, a request needs no second look: the three together.
  uint32_t plenty_ GUARDED_BY(lock_) = 0;
  LowMemory* listener_ GUARDED_BY(lock_) = nullptr;
  Claim running_ GUARDED_BY(lock_) = Claim::Unpromised;
  uint32_t used_[kUses] GUARDED_BY(lock_) = {};
  FailurePlan plan_ GUARDED_BY(lock_);
};

}  // namespace mobius::mm

#include "mm/frame_allocator_inline.h"
