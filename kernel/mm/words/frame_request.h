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
// Classes of requests, from the one that leaves most frames to others (frame_admission.h) to that
// which leaves none:
//
//   Growth       a page that a program has not had before
//   Normal       all other requests
//   Returning    a page that comes back and can go again: code, or a page whose copy is in swap
//                space. Promises lose nothing by it: they count on frames of images and on swap
//                slots as on free frames.
//   Promised     a promised page; all requests of a promised thread
enum class FrameClass : uint8_t { Normal, Promised, Returning, Growth };

// For tests: the n-th request from now fails (0 = the next), once or for good.
struct FailurePlan {
  static constexpr uint32_t kNever = 0xFFFFFFFF;

  uint32_t after = kNever;
  bool for_good = false;

  bool is_set() const { return after != kNever; }
};

// Hears of every request after which fewer frames are free than the low watermark. Must not call
// back.
struct LowMemory {
  virtual void frames_are_low() = 0;

 protected:
  ~LowMemory() = default;
};

}  // namespace mobius::mm
