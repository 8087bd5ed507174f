// SwapSpace: which swap slots are in use, and the checksum of what was written to each.
//
// Slots are numbered 1..n. They come in runs, so that pages written together lie together.
// Everything about 992 slots is in one frame: their checksums, a bitmap, a count. A slot that could
// not be written is retired and never used again: also when the space is closed and opened again.
// One slot of 64 is kept for those that will be, so that promises made of the others hold. Pure: no
// I/O, no lock.
#pragma once

#include <algorithm>

#include "base/result.h"
#include "mm/kernel_heap.h"
#include "mm/swap_slot.h"

namespace mobius::mm {

class SwapSpace {
 public:
  explicit SwapSpace(KernelHeap& heap) : heap_(heap) {}
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
  struct Run {
    SwapSlot first;
    uint32_t count = 0;
  };
  Run take_run(uint32_t want);
  // While it is closing, take_run() has nothing to give; but when it has turned down requests for
  // `patience` slots (at least 1), it is not closing any more.
  void start_closing(uint32_t patience) { patience_ = patience; }
  void stop_closing() { patience_ = 0; }
  bool closing() const { return patience_ != 0; }

  // Requires: the slot is in use.
  void give(SwapSlot slot);
  void retire(SwapSlot slot);
  bool in_use(SwapSlot slot) const;

  void set_sum(SwapSlot slot, uint32_t sum) { sum_of(slot) = sum; }
  uint32_t sum(SwapSlot slot) const { return sum_of(slot); }

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
  static constexpr uint32_t kWords = 31;
  static constexpr uint32_t kChunkSlots = kWords * 32;
  struct Chunk {
    uint32_t sums[kChunkSlots];
    uint32_t used[kWords];  // a bit a slot: in use, retired, or beyond the end
    uint32_t free;
  };
  static_assert(sizeof(Chunk) == 4096);

  uint32_t chunk_count() const { return (size_ + kChunkSlots - 1) / kChunkSlots; }
  uint32_t slots_of(uint32_t chunk) const {
    return std::min(kChunkSlots, size_ - chunk * kChunkSlots);
  }
  // Free slots that may be taken.
  uint32_t available() const { return free_ + retired_ + good() - total_; }
  Result<void> make_chunks();
  Chunk& chunk_of(SwapSlot slot) const;
  uint32_t& sum_of(SwapSlot slot) const;
  static Run longest_run(const Chunk& chunk, uint32_t want);
  void mark_used(Chunk& chunk, uint32_t first, uint32_t count);
  void drop_good_chunks();

  KernelHeap& heap_;
  Chunk** chunks_ = nullptr;
  uint32_t size_ = 0;   // what the chunks are for, open or not
  uint32_t total_ = 0, free_ = 0, retired_ = 0;
  uint32_t patience_ = 0;  // closing: requests that it still turns down
  uint32_t cursor_ = 0;    // the chunk where the last run was found
};

}  // namespace mobius::mm
