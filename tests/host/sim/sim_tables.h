// SimTables: page tables of a simulated i386 as they lie in memory, read without any cache.
// Intel SDM Vol. 3A, section 4.3.
#pragma once

#include "sim/sim_frame_memory.h"

namespace mobius::sim {

// What a walk comes to, with the rights of all its entries.
struct SimTranslation {
  uint32_t frame;
  bool writable, user, dirty;
};
struct SimWalked {
  SimTranslation translation;
  uint32_t error = 0;  // kErrorReserved, or 0
  bool present = false;
};

class SimTables {
 public:
  explicit SimTables(SimFrameMemory& memory) : memory_(memory) {}

  // Entry `index` of a page directory or a page table.
  uint32_t load(uint32_t frame, uint32_t index) const;
  void store(uint32_t frame, uint32_t index, uint32_t value);

  // The walk, without setting bits.
  SimWalked look(FrameNumber directory, VirtAddr a) const;

 private:
  SimFrameMemory& memory_;
};

// Bit numbers are written out here, as in the manual's figure 4-4, and not taken from
// arch/i386/paging/pte.h.
constexpr bool bit(uint32_t value, unsigned n) { return ((value >> n) & 1) != 0; }
inline constexpr unsigned kBitP = 0, kBitRw = 1, kBitUs = 2, kBitD = 6, kBitPs = 7;

}  // namespace mobius::sim
