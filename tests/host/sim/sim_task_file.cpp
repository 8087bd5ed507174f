// The address and the count of a disk's commands (sim_task_file.h).
#include "sim/sim_task_file.h"

namespace mobius::sim {

uint8_t SimTaskFile::read(unsigned offset) const {
  return offset >= 2 && offset < 6 ? values_[offset - 2][0] : device_;
}

void SimTaskFile::write(unsigned offset, uint8_t value) {
  if (offset >= 2 && offset < 6) values_[offset - 2] = {value, values_[offset - 2][0]};
  if (offset == 6) device_ = value;
}

uint64_t SimTaskFile::first(bool is_long) const {
  const uint64_t low = now(1) | now(2) << 8 | now(3) << 16;
  if (!is_long) return low | uint64_t{device_ & 0x0Fu} << 24;
  return low | before(1) << 24 | before(2) << 32 | before(3) << 40;
}

uint64_t SimTaskFile::count(bool is_long) const {
  const uint64_t count = is_long ? before(0) << 8 | now(0) : now(0);
  if (count != 0) return count;
  return is_long ? 65536 : 256;
}

}  // namespace mobius::sim
