// FaultWait: all waiting of one page fault, between the attempts of fault.cpp.
#pragma once

#include <optional>

#include "mm/fault/fault.h"
#include "mm/paging/frame_wait.h"
#include "mm/space/address_space.h"

namespace mobius::mm {

// What an attempt needs before the next one can get further.
struct Need {
  enum Kind : uint8_t {
    Nothing,    // the fault is resolved
    Refused,    // the access is not allowed
    OverShare,  // the kernel would keep too much for the process (KernelShare)
    Turn,       // requests that starve for frames, and a long call, go first
    Resume,     // load control has suspended the process
    Frame,      // a frame for the page
    Table,      // a frame for a page table, or for the page's slot
    Transfer,   // the end of the transfer that brings the page in
    Page,       // the page, from where its object's pager has it
  };
  Kind kind = Nothing;
  // Of the request for a frame, also for the page that comes in.
  FrameClass frame_class = FrameClass::Normal;
  VmObject* object = nullptr;  // whose page; Page holds a reference to it
  PageIndex index = 0;
};

// What the attempts before have waited for.
enum class Before : uint8_t { Nothing, Page };

class FaultWait {
 public:
  FaultWait(AddressSpace& space, VirtAddr page)
      : space_(space), page_(page), frames_(space.manager()) {}
  FaultWait(const FaultWait&) = delete;

  Before before() const { return before_; }
  FrameClass class_of_thread() const {
    return space_.manager().waiting.promoted(FrameClass::Normal);
  }
  // Waits until another attempt can get further. Resolved: make it. Otherwise the fault has failed.
  FaultOutcome until(const Need& need) EXCLUDES(memory_lock);
  // Where the attempt has just found, under the lock, that a transfer must end or that the process
  // is suspended: sleeps until that may be over. What until() is to wait for is left to it.
  void if_under_way(const Need& need) REQUIRES(memory_lock);

 private:
  FaultOutcome for_frame(FrameClass who) EXCLUDES(memory_lock);
  FaultOutcome for_page(const Need& need) EXCLUDES(memory_lock);

  AddressSpace& space_;
  const VirtAddr page_;
  FrameWait frames_;
  Before before_ = Before::Nothing;
  std::optional<FrameClass> given_up_;  // of the last request for a frame that came to nothing
};

}  // namespace mobius::mm
