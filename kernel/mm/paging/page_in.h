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

// NotNeeded: the page was still in a frame on standby.
enum class Reading : uint8_t { Done, NotNeeded };

// Brings the page in, and perhaps pages behind it. Sleeps where the page is to be read. Takes over
// a reference to the object. Requires: the caller has just found the page in the store, and its
// region where a space needs it; no other thread has run since.
// Fails: OutOfFrames, IoError, TimedOut (the store does not answer).
Result<Reading> page_in(const PageRequest& request) EXCLUDES(memory_lock);

}  // namespace mobius::mm
