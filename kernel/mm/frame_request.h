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
// Whether a request may use the frames below the floor: only for what has been promised. A page
// that returns from swap can go again: it may use those that are kept for images, and those that
// are free for promises because swap space could not take so many pages: now it can take one more.
enum class Claim : uint8_t { Unpromised, Promised, Returning };

// Hears of every allocation that leaves few free frames above the floor. Must not call back.
struct LowMemory {
  virtual void frames_are_low() = 0;

 protected:
  ~LowMemory() = default;
};

}  // namespace mobius::mm
