// SwapChecksums: the checksum of each page in swap space, taken as it goes out and compared when it
// comes back, so that what the disk lost, misplaced or garbled is not taken for data. The slot's
// number goes in: a page that was written elsewhere does not agree.
#pragma once

#include <span>

#include "mm/swap/swap_space.h"
#include "mm/words/frame_memory.h"

namespace mobius::mm {

class SwapChecksums {
 public:
  // The sums lie in `space`. Refers to both for as long as it lives.
  SwapChecksums(FrameMemory& memory, SwapSpace& space) : memory_(memory), space_(space) {}
  SwapChecksums(const SwapChecksums&) = delete;

  // What is in the frames goes to the slots from `first` on. A page that is modified from here on
  // is dirty: its sum will not be asked for.
  void note(SwapSlot first, std::span<const FrameNumber> frames) REQUIRES(memory_lock) {
    for (const FrameNumber frame : frames) {
      space_.set_sum(first, sum_of(frame, first));
      first = first + 1;
    }
  }
  // Whether what came into the frame is what went to the slot; an error is counted.
  bool agrees(FrameNumber frame, SwapSlot slot) REQUIRES(memory_lock) {
    const bool same = sum_of(frame, slot) == space_.sum(slot);
    if (!same) ++errors_;
    return same;
  }
  uint32_t errors() const REQUIRES(memory_lock) { return errors_; }

 private:
  uint32_t sum_of(FrameNumber frame, SwapSlot slot) const { return memory_.sum(frame, slot.value); }

  FrameMemory& memory_;
  SwapSpace& space_ GUARDED_BY(memory_lock);
  uint32_t errors_ GUARDED_BY(memory_lock) = 0;
};

}  // namespace mobius::mm
