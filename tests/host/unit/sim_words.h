// Words of simulated RAM, as the hardware sees them.
#pragma once

#include <cstring>

#include "sim/sim_frame_memory.h"

namespace mobius::sim {

inline uint32_t word_in(SimFrameMemory& memory, uint32_t frame, uint32_t index) {
  uint32_t value;
  std::memcpy(&value, memory.hardware({frame}) + index * 4, 4);
  return value;
}
inline void set_word(SimFrameMemory& memory, uint32_t frame, uint32_t index, uint32_t value) {
  std::memcpy(memory.hardware({frame}) + index * 4, &value, 4);
}

}  // namespace mobius::sim
