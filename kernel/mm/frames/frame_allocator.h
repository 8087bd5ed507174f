// FrameAllocator: the physical page allocator.
//
// Three zones (frame_zones.h), each a buddy system with intrusive free lists through the frame
// records, orders 0..10 (4 KiB..4 MiB): an operation costs at most eleven list steps, whatever the
// memory size. Single frames come last-freed-first, so that they are still in the cache. Its parts:
// counts; the gate, which says which requests may take the last frames; a pool of frames zeroed
// while the machine idles; frames on standby, taken last.
#pragma once

#include <span>

#include "base/result.h"
#include "mm/frames/frame_gate.h"
#include "mm/frames/owned_frame.h"
#include "mm/frames/standby_frames.h"
#include "mm/frames/zeroed_frames.h"

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

  FrameRecord& record(FrameNumber frame) { return records_.at(frame); }  // requires has_record()
  bool has_record(FrameNumber frame) const { return records_.contains(frame); }

  // As they are now.
  FrameCounts counts() const {
    LeafGuard guard(lock_);
    return counts_;
  }
  FrameGate& gate() { return gate_; }
  const FrameGate& gate() const { return gate_; }
  ZeroedFrames& zeroed() { return zeroed_; }
  StandbyFrames& standby() { return standby_; }

  // Every free list, count and record agrees (mm/invariants). Asserts otherwise.
  void check() const;

 private:
  FrameRecord* allocate_slowly(FrameUse, Placement, Fill, FrameClass) REQUIRES(frames_lock);
  FrameRecord* take_run(unsigned order, unsigned highest, unsigned lowest) REQUIRES(frames_lock);
  FrameRecord* take_oldest_standby(FrameRange in, Fill fill) REQUIRES(frames_lock);
  OwnedFrame copy_of_standby(FrameRecord& record, FrameUse, FrameClass) REQUIRES(frames_lock);

  FrameMemory& memory_;
  FrameRecords records_;   // as initialize() left them: what they point to is guarded
  mutable FramesLock lock_;
  FrameZones zones_ GUARDED_BY(frames_lock);
  FrameCounts counts_ GUARDED_BY(frames_lock);
  FrameGate gate_;
  ZeroedFrames zeroed_;
  StandbyFrames standby_;
};

}  // namespace mobius::mm

#include "mm/frames/frame_allocator_inline.h"
