// Port: the bytes of a frame.
//
// Frames below `direct_end` lie in the direct map, one constant away from their address; that is
// where the kernel keeps everything it reads by pointer. Frames above it (RAM beyond what fits in
// the kernel's half of the address space) are reached through windows, one page at a time. The
// simulated machine's direct map is one big host buffer.
#pragma once

#include <cstring>

#include "base/units.h"

namespace mobius::mm {

// Asserted before the object is made: a constructor that may not return keeps the compiler from
// knowing whose zero_page() is called.
class DirectBase {
 public:
  DirectBase(std::byte* base) : base_(base) {
    KASSERT(reinterpret_cast<uintptr_t>(base) % kPageSize == 0 &&
            "the direct map begins on a page boundary");
  }
  std::byte* get() const { return base_; }

 private:
  std::byte* base_;
};

class FrameMemory {
 public:
  FrameMemory(DirectBase direct_base, FrameNumber direct_end)
      : direct_base_(direct_base.get()), direct_end_(direct_end) {}

  FrameNumber direct_end() const { return direct_end_; }
  bool is_direct(FrameNumber f) const { return f < direct_end_; }

  // The frame's 4096 bytes. Requires: is_direct(f). Stays valid for ever.
  std::byte* direct(FrameNumber f) const {
    KASSERT(is_direct(f));
    return direct_base_ + static_cast<size_t>(f.value) * kPageSize;
  }
  template <typename T>
  T* direct_as(FrameNumber f) const {
    return reinterpret_cast<T*>(direct(f));
  }
  // The inverse of direct(): which frame holds this byte. Requires: it came from direct().
  FrameNumber frame_at(const void* p) const {
    auto offset = static_cast<size_t>(static_cast<const std::byte*>(p) - direct_base_);
    return {static_cast<uint32_t>(offset >> kPageShift)};
  }

  // Any frame, direct or not. None of these waits or fails.
  void zero(FrameNumber f) { zero_page(bytes(0, f)); }
  void fill(FrameNumber f, std::byte value) {
    std::memset(bytes(0, f), static_cast<int>(value), kPageSize);
  }
  void copy(FrameNumber to, FrameNumber from);
  void read(FrameSpan from, void* to);
  void write(FrameSpan to, const void* from);
  bool is_zero(FrameNumber f);
  // A checksum of the bytes and `seed`. Differs whenever one word or the seed alone does; any other
  // change goes unseen once in 2^32, signs and swapped words among them.
  uint32_t sum(FrameNumber f, uint32_t seed);

 protected:
  ~FrameMemory() = default;
  static constexpr unsigned kWindows = 2;
  // Makes frame `f` visible; the pointer holds until the same window is opened again.
  virtual std::byte* open_window(unsigned window, FrameNumber f) = 0;
  // One page, on a page boundary; for machines that know a faster way.
  virtual void zero_page(std::byte* page) { std::memset(page, 0, kPageSize); }
  virtual void copy_page(std::byte* to, const std::byte* from) {
    std::memcpy(to, from, kPageSize);
  }

 private:
  std::byte* bytes(unsigned window, FrameNumber f) {
    return is_direct(f) ? direct(f) : open_window(window, f);
  }
  std::byte* const direct_base_;
  const FrameNumber direct_end_;
};

}  // namespace mobius::mm
