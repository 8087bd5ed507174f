// How a frame is asked for (frame_allocator.h), and who hears that few are left.
#pragma once

#include <cstdint>

namespace mobius::mm {

enum class Placement : uint8_t {
  Any,       // the highest zone that has one: keeps scarce low memory for those who need it
  Direct,    // inside the direct map: everything the kernel itself reads by pointer
  Below16M,  // for devices with 24 address lines
};
enum class Fill : uint8_t { None, Zero };
// What a request leaves free for others.
enum class Claim : uint8_t {
  Unpromised,  // the floor: what is promised, and the reserve
  Promised,    // nothing: it has been promised
  // A page that comes back and can go again: code, or a page whose copy is in swap space. It leaves
  // the reserve alone. What is free for promises is not less for it: they count on frames of images
  // and on slots as on free ones, and the page is in the one or leaves the other.
  Returning,
  // A page that a program has not had before: the floor, and what is kept for images.
  Growth,
};

// For tests: the n-th request from now fails (0 = the next), once or for good.
struct FailurePlan {
  uint32_t after = 0xFFFFFFFF;
  bool for_good = false;
};

// Hears of every allocation that leaves few free frames above the floor. Must not call back.
struct LowMemory {
  virtual void frames_are_low() = 0;

 protected:
  ~LowMemory() = default;
};

}  // namespace mobius::mm
