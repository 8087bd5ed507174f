// InputQueue: bytes that wait for a reader, with the ends of input among them; a ring.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/assert.h"

namespace mobius::drivers {

class InputQueue {
 public:
  static constexpr size_t kCapacity = 4096;
  static constexpr uint16_t kEndMark = 0x100;  // no byte

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // A byte, or kEndMark. Requires: there is room.
  void push(uint16_t entry) {
    KASSERT(size_ < kCapacity);
    entries_[(first_ + size_) % kCapacity] = entry;
    ++size_;
  }
  // Both require: !empty().
  uint16_t front() const { return entries_[first_]; }
  void pop() {
    first_ = (first_ + 1) % kCapacity;
    --size_;
  }
  void clear() { first_ = size_ = 0; }

 private:
  size_t first_ = 0, size_ = 0;
  std::array<uint16_t, kCapacity> entries_;
};

}  // namespace mobius::drivers
