// Bringing pages in from where their object's pager has them.
//
// A page comes in together with the neighbours that lie next to it in the store, the more of them
// the longer a program goes straight on. All of them are Busy meanwhile, and no lock is held.
#pragma once

#include "mm/space/address_space.h"

namespace mobius::mm {

struct PageRequest {
  VmObject& object;
  PageIndex index;
  FrameClass frame_class;  // of the request for a frame
  // Who needs it there, and is shown its neighbours at once; null: nobody, as while SwapOff is at
  // work.
  AddressSpace* space = nullptr;
  VirtAddr page{};
};

// Brings the page in, and perhaps pages behind it. Sleeps, and says true, unless the page is still
// in a frame on standby, or is in the store no more. Takes over a reference to the object.
// Fails: OutOfFrames, IoError, TimedOut (the store does not answer).
Result<bool> page_in(const PageRequest& request) EXCLUDES(memory_lock);

}  // namespace mobius::mm
