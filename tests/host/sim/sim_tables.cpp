// Page tables in memory (sim_tables.h).
#include "sim/sim_tables.h"

#include <cstring>

namespace mobius::sim {

uint32_t SimTables::load(uint32_t frame, uint32_t index) const {
  KASSERT(frame < memory_.frames());
  uint32_t value;
  std::memcpy(&value, memory_.hardware({frame}) + index * 4, 4);
  return value;
}

void SimTables::store(uint32_t frame, uint32_t index, uint32_t value) {
  std::memcpy(memory_.hardware({frame}) + index * 4, &value, 4);
}

SimWalked SimTables::look(FrameNumber directory, VirtAddr a) const {
  const uint32_t outer = load(directory.value, a.value >> 22);
  if (!bit(outer, kBitP)) return {};
  if (bit(outer, kBitPs)) {
    return {.translation = {(outer >> 22 << 10) | ((a.value >> 12) & 0x3FF), bit(outer, kBitRw),
                            bit(outer, kBitUs), bit(outer, kBitD)},
            .present = true};
  }
  const uint32_t inner = load(outer >> 12, (a.value >> 12) & 0x3FF);
  if (!bit(inner, kBitP)) return {};
  return {.translation = {inner >> 12, bit(outer, kBitRw) && bit(inner, kBitRw),
                          bit(outer, kBitUs) && bit(inner, kBitUs), bit(inner, kBitD)},
          .present = true};
}

}  // namespace mobius::sim
