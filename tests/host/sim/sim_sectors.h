// SimSectors: the medium of a simulated hard disk.
//
// A sector nobody has written holds bytes that depend on its number. Sectors can be bad for reading
// or writing, and the medium can become smaller than the disk says.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>

namespace mobius::sim {

using SimSector = std::array<std::byte, 512>;

class SimSectors {
 public:
  explicit SimSectors(uint64_t count) : count_(count) {}

  std::set<uint64_t> bad_reads, bad_writes;

  uint64_t count() const { return count_; }
  // What lies beyond answers as if it were bad.
  void shrink(uint64_t count) { count_ = count; }

  SimSector get(uint64_t number) const;
  void put(uint64_t number, const SimSector& bytes) { written_[number] = bytes; }
  bool can_read(uint64_t number) const { return number < count_ && !bad_reads.contains(number); }
  bool can_write(uint64_t number) const { return number < count_ && !bad_writes.contains(number); }

 private:
  uint64_t count_;
  std::map<uint64_t, SimSector> written_;
};

}  // namespace mobius::sim
