// SwapSpace: which swap slots are in use, and the checksum of what was written to each.
//
// Slots come in runs, so that pages written together lie together. A slot that could not be
// written is retired and never used again: also when the space is closed and opened again. One slot
// of 64 is kept for those that will be, so that promises made of the others hold. Pure: no I/O, no
// lock.
#pragma once

#include "mm/swap/slot_chunks.h"

namespace mobius::mm {

class SwapSpace {
 public:
  explicit SwapSpace(KernelHeap& heap) : chunks_(heap) {}
  SwapSpace(const SwapSpace&) = delete;
  ~SwapSpace() { forget(); }

  // Makes slots 1..slots, all free but those that were retired when a space of that size was
  // closed. Requires: not open. Fails: OutOfFrames, BadArgument (none).
  Result<void> open(uint32_t slots);
  // Requires: no slot is in use. Frames stay only for what holds retired slots.
  void close();
  bool is_open() const { return total_ != 0; }
  // The slots are another device's from now on: none of them is retired. Requires: not open.
  void forget();

  // Up to `want` free slots in a row, the longest run that a short search finds, which are in use
  // from now on. count 0: none is free, but for the margin.
  using Run = SlotRun;
  Run take_run(uint32_t want);
  // While it is closing, take_run() has nothing to give; but when it has turned down requests for
  // `patience` slots (at least 1), it is not closing any more.
  void start_closing(uint32_t patience) { patience_ = patience; }
  void stop_closing() { patience_ = 0; }
  bool closing() const { return patience_ != 0; }

  // Requires: the slot is in use.
  void give(SwapSlot slot);
  void retire(SwapSlot slot);
  bool in_use(SwapSlot slot) const { return chunks_.taken(slot); }

  void set_sum(SwapSlot slot, uint32_t sum) { chunks_.sum(slot) = sum; }
  uint32_t sum(SwapSlot slot) const { return chunks_.sum(slot); }

  // All 0 while it is closed.
  uint32_t total() const { return total_; }  // retired ones included
  uint32_t free() const { return free_; }
  uint32_t retired() const { return total_ == 0 ? 0 : retired_; }
  // Slots that can be in use at a time: neither retired nor kept for those that will be.
  uint32_t good() const { return total_ - std::max(retired(), total_ / kMarginShare); }
  // Bitmaps and counts agree. Asserts otherwise.
  void check() const;

 private:
  static constexpr uint32_t kMarginShare = 64;
  // Free slots that may be taken.
  uint32_t available() const { return free_ + retired_ + good() - total_; }

  SlotChunks chunks_;  // retired slots stay taken there, also while it is closed
  uint32_t total_ = 0, free_ = 0, retired_ = 0;
  uint32_t patience_ = 0;  // closing: requests that it still turns down
  uint32_t cursor_ = 0;    // the chunk where the last run was found
};

}  // namespace mobius::mm
