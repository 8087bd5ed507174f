// Sectors that were written, and those that never were (sim_sectors.h).
#include "sim/sim_sectors.h"

namespace mobius::sim {

SimSector SimSectors::get(uint64_t number) const {
  if (auto found = written_.find(number); found != written_.end()) return found->second;
  SimSector bytes;
  for (size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::byte>((number * 2654435761u + i * 40503u) >> 11 ^ number);
  }
  return bytes;
}

}  // namespace mobius::sim
