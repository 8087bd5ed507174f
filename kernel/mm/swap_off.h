// SwapOff: takes the swap device out of use while the machine runs.
//
// Every page that is only on the device is brought back into a frame, every slot that a resident
// page keeps is given up. It goes in steps, with no lock held where one sleeps; between them
// everything else runs. If it cannot be done - no memory, a page that cannot be read, or others
// come to need the device too badly - it is refused, the device stays on and nothing is lost.
#pragma once

#include "mm/swap_pager.h"

namespace mobius::mm {

class SwapOff {
 public:
  explicit SwapOff(SwapPager& pager) : pager_(pager) {}
  SwapOff(const SwapOff&) = delete;
  // The device stays on if it is not off by now.
  ~SwapOff();

  // From here on pages are not written to the device. Called once. Locks: none.
  // Fails: NotFound (no device is on), Busy (somebody else is at it), OutOfFrames (memory could
  // not hold what has been promised and what is on the device).
  Result<void> begin();
  // Brings some pages back. True: that was all, the device is off. Requires: begin() did not fail,
  // no step() has failed or has been the last. Sleeps. Locks: none.
  // Fails: OutOfFrames, IoError, Busy (a slot is in use and it cannot be found by what).
  Result<bool> step();

 private:
  enum class Found : uint8_t { Swapped, Busy, End };
  Found search();
  Found search_object();
  void look_at(PageSlot& slot, Found& found);
  bool next_object();
  bool nothing_left() const;
  Result<void> bring_back(VmObject& object, PageIndex page);

  SwapPager& pager_;
  bool begun_ = false;
  VmObject* object_ = nullptr;  // where the pass is; holds a reference
  PageIndex page_ = 0;
};

}  // namespace mobius::mm
