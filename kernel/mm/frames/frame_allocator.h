// FrameAllocator: the physical page allocator.
//
// Three zones (below 16 MiB, the rest of the direct map, RAM above it), each a buddy system with
// intrusive free lists through the frame records, orders 0..10 (4 KiB..4 MiB): an operation costs
// at most eleven list steps, whatever the memory size. Single frames come last-freed-first, so
// that they are still in the cache. Beside it: a pool of frames zeroed while the machine idles;
// frames on standby, taken last; and a table that says which requests may take the last frames
// (frame_admission.h; the ledger in commit.h fills it in).
#pragma once

#include <span>

#include "base/lock.h"
#include "base/result.h"
#include "mm/frames/frame_admission.h"
#include "mm/frames/frame_allocator_zone.h"
#include "mm/words/frame_memory.h"
#include "mm/frames/owned_frame.h"
#include "mm/frames/standby_frames.h"
#include "mm/words/frame_request.h"

namespace mobius::mm {

class FrameAllocator {
 public:
  // `usable`: RAM that nobody has taken yet, ascending, not overlapping. The records are carved out
  // of it, in the direct map. Fails: OutOfFrames (too little RAM to describe itself).
  // The allocator refers to `memory` for as long as it lives.
  explicit FrameAllocator(FrameMemory& memory);
  Result<void> initialize(std::span<const FrameRange> usable);
  FrameAllocator(const FrameAllocator&) = delete;

  // One frame; its record's count is 0, owner and index are junk. Fails: OutOfFrames.
  Result<OwnedFrame> allocate(FrameUse use, Placement placement = Placement::Any,
                              Fill fill = Fill::None, FrameClass who = FrameClass::Normal);
  // 2^order contiguous frames aligned to their size; freed as a whole by free_run. Only the first
  // one's record says who uses them. It may have to merge all free frames. Fails: OutOfFrames.
  Result<FrameNumber> allocate_run(unsigned order, FrameUse use, Placement placement,
                                   FrameClass who = FrameClass::Normal);

  // Requires: the frame was allocated singly, for `use`, and not freed since (asserted).
  void free(FrameNumber frame, FrameUse use);
  void free(FrameRecord& record);
  void free_run(FrameNumber first, unsigned order, FrameUse use);
  // Like free, but the frame's contents, which are in the record's swap slot too, stay there until
  // it is needed for something else (standby_frames.h). Requires: no frame on standby has the slot.
  void free_to_standby(FrameRecord& record);
  // The frame that still has what is in the slot, or a copy. None: there is no such frame, or a
  // request of that class may have none.
  OwnedFrame take_standby(SwapSlot slot, FrameUse use, FrameClass who);
  void forget_standby(SwapSlot slot);  // what is in the slot is wanted no more
  bool on_standby(SwapSlot slot) const;
  uint32_t standby_frames() const;

  FrameRecord& record(FrameNumber frame) { return records_.at(frame); }  // requires has_record()
  bool has_record(FrameNumber frame) const { return records_.contains(frame); }

  // From now on a request fails that would leave less free than the table says.
  void set_admission(const FrameAdmission& admission);
  uint32_t must_stay_free(FrameClass who = FrameClass::Normal) const;
  uint32_t must_stay_free_direct() const;  // in the direct map, where there is RAM beyond it
  // Whether growth could not have the frame of a page of that use that goes: kept for images.
  bool keeps(FrameUse use) const;
  // How many frames requests of that class could have there; whether there is one.
  uint32_t left(FrameClass who, Placement placement = Placement::Any) const;
  bool some_left(FrameClass who, Placement placement = Placement::Any) const;
  uint32_t spare_frames() const;  // above the low watermark
  // Sets the low watermark, `above_min` above FrameAdmission::min(), and who hears of requests
  // after which fewer frames are free; null: nobody.
  void tell_when_low(LowMemory* listener, uint32_t above_min);

  // Zeroes one free frame for the pool; false when the pool is full or nothing is free. For the
  // idle loop, which keeps an eighth of what is free zeroed, and no more than kMaxZeroed.
  bool zero_one_free_frame();
  // Benchmarks, tests: a pool of up to `most` frames; all of it back into the free lists.
  bool zero_one_free_frame(uint32_t most);
  void drop_zeroed_pool();

  uint32_t total_frames() const { return total_; }  // handed out and free, records not counted
  uint32_t free_frames() const;                     // zeroed and on standby included
  uint32_t free_direct_frames() const;              // of these, in the direct map
  uint32_t direct_frames() const { return direct_total_; }  // of all: in the direct map
  uint32_t zeroed_frames() const;
  uint32_t used_frames(FrameUse use) const;  // every frame of a run counts
  uint32_t kernel_frames() const;            // page tables and heap: they do not go

  // For tests. Promised requests never fail by plan: that is what the promise means.
  void plan_failure(FailurePlan plan);

  // Every free list, count and record agrees (mm/invariants). Asserts otherwise.
  void check() const;

 private:
  static constexpr unsigned kZones = 3, kUses = 16, kBeyondDirect = 2;
  static constexpr uint32_t kMaxZeroed = 1024, kNever = 0xFFFFFFFF;

  void add_to_zone(unsigned zone, FrameRange range) REQUIRES(lock_);
  FrameRecord* allocate_slowly(FrameUse, Placement, Fill, FrameClass) REQUIRES(lock_);
  void give_slowly(FrameRecord& record) REQUIRES(lock_);
  bool planned_to_fail() REQUIRES(lock_);
  void set_plan(FailurePlan plan) REQUIRES(lock_);
  bool may_take(uint32_t frames, Placement placement, FrameClass who) REQUIRES(lock_);
  uint32_t left_for(FrameClass who, Placement placement) const REQUIRES(lock_);
  uint32_t images() const REQUIRES(lock_) { return used_[static_cast<unsigned>(FrameUse::Image)]; }
  bool has_more_than_direct() const { return top_zone_ == kBeyondDirect; }
  void set_low() REQUIRES(lock_) { low_ = admission_.min() + low_above_min_; }
  void count_free(const FrameRecord& first, int frames) REQUIRES(lock_);
  void account_taken(const FrameRecord& first, int frames, FrameUse use) REQUIRES(lock_);
  void tell_if_low() REQUIRES(lock_);
  FrameRecord* take_from(FrameZone& zone, Fill fill) REQUIRES(lock_);
  FrameRecord& take_zeroed(FrameZone& zone) REQUIRES(lock_);
  FrameRecord* take_oldest_standby(FrameRange in, Fill fill) REQUIRES(lock_);
  FrameRecord* take_run_from(unsigned order, unsigned highest, unsigned lowest) REQUIRES(lock_);
  void drop_zeroed(FrameZone& zone) REQUIRES(lock_);
  void fill_run(FrameNumber first, unsigned order, std::byte junk) REQUIRES(lock_);
  void drop_standby(FrameRecord& record) REQUIRES(lock_);
  OwnedFrame copy_of_standby(FrameRecord& record, FrameUse, FrameClass) REQUIRES(lock_);
  unsigned lowest_zone(uint32_t frames, Placement placement, FrameClass who) const REQUIRES(lock_);
  unsigned highest_zone(Placement placement) const;
  FrameZone& zone_of(FrameNumber f) REQUIRES(lock_);

  FrameMemory& memory_;
  FrameRecords records_;   // as initialize() left them: what they point to is guarded
  mutable LeafLock lock_{LockRank::Frames};
  FrameZone zones_[kZones] GUARDED_BY(lock_);
  StandbyFrames standby_ GUARDED_BY(lock_);
  unsigned top_zone_ = 0;  // the highest with RAM
  FrameZone* top_ = &zones_[0];
  uint32_t total_ = 0, free_ GUARDED_BY(lock_) = 0, zeroed_count_ GUARDED_BY(lock_) = 0;
  uint32_t direct_total_ = 0, free_lower_ GUARDED_BY(lock_) = 0;  // free below the top zone
  FrameAdmission admission_ GUARDED_BY(lock_);
  // The low watermark: with more free, a request needs no second look.
  uint32_t low_above_min_ GUARDED_BY(lock_) = 0, low_ GUARDED_BY(lock_) = 0;
  LowMemory* listener_ GUARDED_BY(lock_) = nullptr;
  uint32_t used_[kUses] GUARDED_BY(lock_) = {};
  FailurePlan plan_ GUARDED_BY(lock_);
};

}  // namespace mobius::mm

#include "mm/frames/frame_allocator_inline.h"
