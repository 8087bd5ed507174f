// FrameAllocator: the physical page allocator.
//
// Three zones (below 16 MiB, the rest of the direct map, RAM above it), each a buddy system with
// intrusive free lists through the frame records, orders 0..10 (4 KiB..4 MiB): every operation
// costs at most eleven list steps, whatever the memory size. Single frames come last-freed-first,
// so that they are still in the cache. Beside it: a pool of frames zeroed while the machine idles,
// and the promise ledger (frames set aside for VM_MEM_GUARANTEED, which no other request may take).
#pragma once

#include <span>

#include "base/lock.h"
#include "base/result.h"
#include "mm/frame_record.h"
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

inline constexpr unsigned kMaxFrameOrder = 10;

class FrameAllocator {
 public:
  // `usable`: RAM that nobody has taken yet, ascending, not overlapping (boot/: the Multiboot map
  // less kernel, modules, first MiB). The records are carved out of these ranges themselves, in
  // the direct map. Fails: OutOfFrames (too little RAM to describe itself).
  // The allocator refers to `memory` for as long as it lives.
  explicit FrameAllocator(FrameMemory& memory);
  Result<void> initialize(std::span<const FrameRange> usable);
  FrameAllocator(const FrameAllocator&) = delete;

  // One frame. Fails: OutOfFrames.
  Result<OwnedFrame> allocate(FrameUse use, Placement placement = Placement::Any,
                              Fill fill = Fill::None, Claim claim = Claim::Unpromised);
  // 2^order contiguous frames aligned to their size; freed as a whole by free_run.
  Result<FrameNumber> allocate_run(unsigned order, FrameUse use, Placement placement);

  // Requires: the frame was allocated singly for `use` and not freed since (asserted).
  void free(FrameNumber frame, FrameUse use);
  void free_run(FrameNumber first, unsigned order, FrameUse use);

  // The record of a frame of RAM. Requires: has_record(frame).
  FrameRecord& record(FrameNumber frame) {
    return sections_[frame.value >> kSectionShift][frame.value & kSectionMask];
  }
  bool has_record(FrameNumber frame) const;

  // Sets `frames` frames aside for promises, or gives them back. A promised allocation uses up one
  // frame set aside. Fails: OutOfFrames (nothing is set aside then).
  Result<void> promise(uint32_t frames);
  void unpromise(uint32_t frames);

  // Zeroes one free frame for the pool; false when the pool is full or nothing is free. For the
  // idle loop.
  bool zero_one_free_frame();
  // Empties the pool into the free lists (benchmarks, tests).
  void drop_zeroed_pool();

  uint32_t total_frames() const { return total_; }  // handed out and free, records not counted
  uint32_t free_frames() const { return free_; }    // pool included
  uint32_t zeroed_frames() const { return zeroed_count_; }
  uint32_t promised_frames() const { return promised_; }
  uint32_t used_frames(FrameUse use) const { return used_[static_cast<unsigned>(use)]; }

  // For tests: makes the n-th single allocation from now fail (0 = the next one), once or for good.
  struct FailurePlan {
    uint32_t after = 0xFFFFFFFF;
    bool for_good = false;
  };
  void plan_failure(FailurePlan plan) { plan_ = plan; }

  // Every free list, count and record agrees (mm/invariants). Asserts otherwise.
  void check() const;

 private:
  // ... (frame_allocator helper fills in)
  static constexpr unsigned kSectionShift = 10;
  static constexpr uint32_t kSectionMask = (1u << kSectionShift) - 1;
  FrameMemory& memory_;
  FrameRecord** sections_ = nullptr;
  uint32_t section_count_ = 0;
  uint32_t total_ = 0, free_ = 0, zeroed_count_ = 0, promised_ = 0;
  uint32_t used_[16] = {};
  FailurePlan plan_;
};

}  // namespace mobius::mm
