// FlatMemory: the port proc::UserMemory as one array of bytes, all of it there; nothing around it
// can be read or written.
#pragma once

#include <cstring>
#include <vector>

#include "proc/ports/user_memory.h"

namespace mobius::sim {

class FlatMemory final : public proc::UserMemory {
 public:
  static constexpr uint32_t kBegin = 0x400000;
  static constexpr uint32_t kBytes = 256 * 1024;

  FlatMemory() : bytes_(kBytes) {}

  // Where the host has a byte of user memory. Requires: it is there.
  char* at(VirtAddr a) {
    KASSERT(has(a, 1));
    return &bytes_[a.value - kBegin];
  }
  void fill(uint8_t value) { std::memset(bytes_.data(), value, bytes_.size()); }

  Result<void> read(void* to, VirtAddr from, uint32_t bytes) override {
    if (!has(from, bytes)) return Failure(Error::BadAddress);
    std::memcpy(to, at(from), bytes);
    return {};
  }
  Result<void> write(VirtAddr to, const void* from, uint32_t bytes) override {
    if (!has(to, bytes)) return Failure(Error::BadAddress);
    std::memcpy(at(to), from, bytes);
    return {};
  }

 private:
  static bool has(VirtAddr a, uint32_t bytes) {
    return a.value >= kBegin && a.value - kBegin <= kBytes && bytes <= kBytes - (a.value - kBegin);
  }
  std::vector<char> bytes_;
};

}  // namespace mobius::sim
