// KernelShare: how much of RAM the kernel keeps for programs without being able to page it out:
// regions with their objects, page slots, page tables. What one process may cause, and what all may
// together, so that programs that were running go on (S1).
#pragma once

#include <cstdint>

namespace mobius::mm {

struct KernelShare {
  uint32_t of_one = UINT32_MAX;        // frames: for the regions and slots of one process
  // The heap and the page tables together, in frames. From of_all_regions on no region is made; up
  // to of_all_slots slots are made for touched pages, so that programs go on with their blocks.
  uint32_t of_all_regions = UINT32_MAX;
  uint32_t of_all_slots = UINT32_MAX;
  // A process with fewer frames of its own gets regions up to of_all_slots, so that programs start
  // and work whatever others with many regions have.
  uint32_t little = 0;

  // Of a machine with n frames in the direct map.
  static constexpr KernelShare of(uint32_t frames) {
    return {frames / 4, frames / 2, frames / 8 * 5, frames / 256};
  }
};

}  // namespace mobius::mm
