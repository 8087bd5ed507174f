// SlotChunks: what is kept of each swap slot: a bit, whether it is taken, and a checksum.
//
// Everything about 992 slots is one chunk in one frame: their checksums, a bitmap, a count. Slots
// are numbered 1..n. Pure: no I/O, no lock.
#pragma once

#include <algorithm>

#include "base/result.h"
#include "mm/heap/kernel_heap.h"
#include "mm/words/swap_slot.h"

namespace mobius::mm {

struct SlotRun {
  SwapSlot first;
  uint32_t count = 0;
};

class SlotChunks {
 public:
  explicit SlotChunks(KernelHeap& heap) : heap_(heap) {}
  SlotChunks(const SlotChunks&) = delete;

  // Room for slots 1..slots: those that are there stay as they are, others are free.
  // Requires: there are none, or as many. Fails: OutOfFrames.
  Result<void> make(uint32_t slots);
  // Gives back the chunks that have only free slots. Where none is left there are no slots.
  void drop_free();
  // Gives back all chunks, whatever is taken.
  void clear();
  uint32_t slots() const { return slots_; }
  uint32_t count() const { return (slots_ + kSlots - 1) / kSlots; }  // of chunks

  uint32_t free_in(uint32_t chunk) const { return chunks_[chunk]->free; }
  // The first `want` free slots in a row in the chunk, or else the longest run.
  SlotRun longest_run(uint32_t chunk, uint32_t want) const;
  // Requires: the slots are free, and in one chunk.
  void take(SlotRun run);
  void give(SwapSlot slot);
  bool taken(SwapSlot slot) const;
  uint32_t& sum(SwapSlot slot) const { return chunk_of(slot).sums[place_of(slot)]; }
  // How many slots are free in all. Bitmaps and counts agree, or it asserts.
  uint32_t count_free() const;

 private:
  static constexpr uint32_t kWords = 31;
  static constexpr uint32_t kSlots = kWords * 32;
  struct Chunk {
    uint32_t sums[kSlots];
    uint32_t used[kWords];  // a bit a slot: taken, or beyond the end
    uint32_t free;
  };
  static_assert(sizeof(Chunk) == 4096);

  uint32_t slots_of(uint32_t chunk) const { return std::min(kSlots, slots_ - chunk * kSlots); }
  Chunk& chunk_of(SwapSlot slot) const {
    KASSERT(slot != kNoSwapSlot && slot.value <= slots_);
    return *chunks_[(slot.value - 1) / kSlots];
  }
  static uint32_t place_of(SwapSlot slot) { return (slot.value - 1) % kSlots; }

  KernelHeap& heap_;
  Chunk** chunks_ = nullptr;
  uint32_t slots_ = 0;
};

}  // namespace mobius::mm
