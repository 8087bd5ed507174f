// FullMemory: when memory may be said to be full. What fails because of that is excused here.
#pragma once

#include "mm/space/address_space.h"

namespace mobius::simulation {

class Setting;

class FullMemory {
 public:
  explicit FullMemory(Setting& setting) : setting_(setting) {}
  FullMemory(const FullMemory&) = delete;

  // Checks that there is really nothing left to be had. `freed_before`: what Setting::freed was
  // when the thing that failed began. `given_back`: pages that have become possible to evict by its
  // failing.
  void excuse(const char* what, uint64_t freed_before, PageCount given_back = 0,
              mm::FrameClass who = mm::FrameClass::Normal);
  // A touch of a promised page has found no memory: wrong, unless swap space has been lost.
  void excuse_broken_promise(VirtAddr page);
  // Whether n pages more could be promised, for certain.
  bool could_promise(PageCount pages);
  // Whether the quotas allow n locked pages more.
  bool could_lock(mm::AddressSpace& space, PageCount pages);
  // Whether n pages more are within what one process may be promised.
  bool may_promise(mm::AddressSpace& space, PageCount pages);

 private:
  struct Room {
    uint32_t free = 0, busy = 0, writing = 0, clean = 0, image = 0, dirty = 0;
    uint32_t sum() const { return free + busy + writing + clean + image + dirty; }
  };
  Room room(bool direct_only);
  bool could_lose(uint32_t pages);

  Setting& setting_;
};

}  // namespace mobius::simulation
