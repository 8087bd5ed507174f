// SwapOff: takes the swap device out of use while the machine runs.
//
// Every page that is only on the device is brought back into a frame, every slot that a resident
// page keeps is given up. It goes in steps, with no lock held where one sleeps; between them
// everything else runs. If it cannot be done - no memory, a page that cannot be read, or others
// come to need the device too badly - it is refused, the device stays on and nothing is lost.
#pragma once

#include "mm/swap/swap_pager.h"

namespace mobius::mm {

class SwapOff {
 public:
  explicit SwapOff(SwapPager& pager) : pager_(pager) {}
  SwapOff(const SwapOff&) = delete;
  // The device stays on if it is not off by now.
  ~SwapOff() EXCLUDES(memory_lock);

  // From here on pages are not written to the device. Called once.
  // Fails: NotFound (no device is on), Busy (somebody else is at it), OutOfFrames (memory could
  // not hold what has been promised and what is on the device, or somebody starves).
  Result<void> begin() EXCLUDES(memory_lock);
  // Brings some pages back. Done: that was all, the device is off. Requires: begin() did not fail,
  // no step() has failed or has been the last. Sleeps.
  // Fails: OutOfFrames, IoError, TimedOut, Busy (a slot is in use and it cannot be found by what).
  Result<Progress> step() EXCLUDES(memory_lock);

 private:
  enum class Found : uint8_t { Swapped, Busy, End };
  enum class Pass : uint8_t { Whole, Rest };  // since the last step's end
  // As step(), where no page is left to be found.
  Result<Progress> end_pass(Pass pass) REQUIRES(memory_lock);
  Found search() REQUIRES(memory_lock);
  Found search_object() REQUIRES(memory_lock);
  Found look_at(PageSlot& slot) REQUIRES(memory_lock);
  bool next_object() REQUIRES(memory_lock);
  bool nothing_left() const REQUIRES(memory_lock);
  Result<void> bring_back(VmObject& object, PageIndex page) EXCLUDES(memory_lock);

  SwapPager& pager_;
  // No lock for these: a SwapOff is its caller's alone.
  bool begun_ = false;
  VmObject* object_ PT_GUARDED_BY(memory_lock) = nullptr;  // where the pass is; holds a reference
  PageIndex page_ = 0;
};

}  // namespace mobius::mm
