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
// Who may take a frame: what a request leaves free for others (frame_floors.h).
//
//   claim        leaves free                   is the claim of
//   Promised     0                             a promised page; all requests of a promised thread
//   Returning    the reserve                   a page that comes back and can go again: code, or a
//                                              page whose copy is in swap space
//   Unpromised   reserve + promised            all other requests
//   Growth       the same + what images lack   a page that a program has not had before
//                of what is kept for them
//
// Promises lose nothing by a page that returns: they count on frames of images and on swap slots as
// on free frames, and the page is in one of the former or leaves one of the latter.
enum class Claim : uint8_t { Unpromised, Promised, Returning, Growth };

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
