// FrameAllocator: the physical page allocator.
//
// Three zones (below 16 MiB, the rest of the direct map, RAM above it), each a buddy system with
// intrusive free lists through the frame records, orders 0..10 (4 KiB..4 MiB): an operation costs
// at most eleven list steps, whatever the memory size. Single frames come last-freed-first, so
// that they are still in the cache. Beside it: a pool of frames zeroed while the machine idles,
// and the promise ledger (frames set aside for VM_MEM_GUARANTEED, which no other request may take).
#pragma once

#include <span>

#include "base/lock.h"
#include "base/result.h"
#include "mm/frame_allocator_zone.h"
#include "mm/owned_frame.h"
#include "mm/ports/frame_memory.h"

namespace mobius::mm {

enum class Placement : uint8_t {
  Any,       // the highest zone that has one: keeps scarce low memory for those who need it
  Direct,    // inside the direct map: everything the kernel itself reads by pointer
  Below16M,  // for devices with 24 address lines
};
enum class Fill : uint8_t { None, Zero };
// Whether a request may use frames set aside: only for what has been promised.
enum class Claim : uint8_t { Unpromised, Promised };

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
  // Requires: with Claim::Promised, that a frame is set aside.
  Result<OwnedFrame> allocate(FrameUse use, Placement placement = Placement::Any,
                              Fill fill = Fill::None, Claim claim = Claim::Unpromised);
  // 2^order contiguous frames aligned to their size; freed as a whole by free_run. Only the first
  // one's record says who uses them. Where nothing is found at once, hot and zeroed frames are
  // merged first: that, once, costs more. Fails: OutOfFrames.
  Result<FrameNumber> allocate_run(unsigned order, FrameUse use, Placement placement,
                                   Claim claim = Claim::Unpromised);

  // Requires: the frame was allocated singly for `use` and not freed since (asserted).
  void free(FrameNumber frame, FrameUse use);
  void free_run(FrameNumber first, unsigned order, FrameUse use);

  // The record of a frame of RAM. Requires: has_record(frame).
  FrameRecord& record(FrameNumber frame) { return records_.at(frame); }
  bool has_record(FrameNumber frame) const { return records_.contains(frame); }

  // Sets `frames` frames aside for promises, or gives them back. A promised allocation uses up one
  // frame set aside. Fails: OutOfFrames (nothing is set aside then).
  Result<void> promise(uint32_t frames);
  void unpromise(uint32_t frames);

  // Zeroes one free frame for the pool; false when the pool is full or nothing is free. For the
  // idle loop, which keeps an eighth of what is free zeroed, and no more than kMaxZeroed.
  bool zero_one_free_frame();
  // The same for a pool of up to `most` frames (benchmarks).
  bool zero_one_free_frame(uint32_t most);
  // Empties the pool into the free lists (benchmarks, tests).
  void drop_zeroed_pool();

  uint32_t total_frames() const { return total_; }  // handed out and free, records not counted
  uint32_t free_frames() const;                     // zeroed and promised ones included
  uint32_t zeroed_frames() const;
  uint32_t promised_frames() const;
  uint32_t used_frames(FrameUse use) const;  // every frame of a run counts

  // For tests: makes the n-th unpromised allocation (single or run) from now fail (0 = the next
  // one), once or for good. Promised ones never fail by plan: that is what the promise means.
  struct FailurePlan {
    uint32_t after = 0xFFFFFFFF;
    bool for_good = false;
  };
  void plan_failure(FailurePlan plan);

  // Every free list, count and record agrees (mm/invariants). Asserts otherwise.
  void check() const;

 private:
  static constexpr unsigned kZones = 3;
  static constexpr uint32_t kMaxZeroed = 1024;
  static constexpr unsigned kUses = 16;
  static constexpr uint32_t kNever = 0xFFFFFFFF;

  void add_to_zone(unsigned zone, FrameRange range) REQUIRES(lock_);
  FrameRecord* allocate_slowly(FrameUse use, Placement placement, Fill fill, Claim claim)
      REQUIRES(lock_);
  void give_slowly(FrameRecord& record) REQUIRES(lock_);
  bool planned_to_fail() REQUIRES(lock_);
  void set_plan(FailurePlan plan) REQUIRES(lock_);
  bool may_take(uint32_t frames, Claim claim) REQUIRES(lock_);
  void account_taken(uint32_t frames, FrameUse use, Claim claim) REQUIRES(lock_);
  FrameRecord* take_from(FrameZone& zone, Fill fill) REQUIRES(lock_);
  FrameRecord& take_zeroed(FrameZone& zone) REQUIRES(lock_);
  FrameRecord* take_run_from(unsigned order, unsigned highest_zone) REQUIRES(lock_);
  void drop_zeroed(FrameZone& zone) REQUIRES(lock_);
  // All placements fall back to the zones below their highest.
  unsigned highest_zone(Placement placement) const {
    unsigned zone = kZones - 1 - static_cast<unsigned>(placement);
    return zone < top_zone_ ? zone : top_zone_;
  }
  FrameZone& zone_of(FrameNumber f) REQUIRES(lock_) {
    return zones_[(f >= zones_[1].span().begin) + (f >= zones_[2].span().begin)];
  }

  FrameMemory& memory_;
  FrameRecords records_;   // as initialize() left them: what they point to is guarded
  mutable LeafLock lock_{LockRank::Frames};
  FrameZone zones_[kZones] GUARDED_BY(lock_);
  unsigned top_zone_ = 0;  // the highest with RAM
  FrameZone* top_ = &zones_[0];
  // Free frames are unpromised_ + promised_: an allocation changes one of them.
  uint32_t total_ = 0;
  uint32_t unpromised_ GUARDED_BY(lock_) = 0;
  uint32_t promised_ GUARDED_BY(lock_) = 0;
  uint32_t zeroed_count_ GUARDED_BY(lock_) = 0;
  uint32_t used_[kUses] GUARDED_BY(lock_) = {};
  FailurePlan plan_ GUARDED_BY(lock_);
};

}  // namespace mobius::mm

#include "mm/frame_allocator_inline.h"
