// The waits of one page fault (fault_wait.h).
#include "mm/fault/fault_wait.h"

#include "mm/paging/page_in.h"

namespace mobius::mm {

FaultOutcome FaultWait::until(const Need& need) {
  MemoryManager& manager = space_.manager();
  switch (need.kind) {
    case Need::Nothing: break;
    case Need::Refused: return FaultOutcome::NotAllowed;
    case Need::OverShare: return FaultOutcome::OutOfMemory;
    case Need::Turn:
      if (manager.page_daemon != nullptr) throttle(manager);
      break;
    case Need::Resume:
    case Need::Transfer: break;
    case Need::Frame:
    case Need::Table: return for_frame(need.frame_class);
    case Need::Page: return for_page(need);
  }
  return FaultOutcome::Resolved;
}

void FaultWait::if_under_way(const Need& need) {
  MemoryManager& manager = space_.manager();
  // Load control makes a suspended process wait on purpose: this does not count as a stall.
  if (need.kind == Need::Resume) manager.waiting.wait(&space_.load, manager.lock);
  if (need.kind != Need::Transfer) return;
  const Pressure::Stall stall(manager.pressure);
  manager.waiting.wait(need.object, manager.lock);
  before_ = Before::Page;
}

// Another process may have been given promised memory at this address meanwhile, so a class for
// which nothing can be evicted gets one more attempt.
FaultOutcome FaultWait::for_frame(FrameClass who) {
  // The first attempt has not looked at who asks: the next one does, and may find a frame at once.
  if (space_.manager().waiting.promoted(who) != who) return FaultOutcome::Resolved;
  const bool over = space_.manager().page_daemon == nullptr || given_up_ == who;
  if (over) return FaultOutcome::OutOfMemory;
  if (frames_.for_frames(who) == Waited::GaveUp) given_up_ = who;
  return FaultOutcome::Resolved;
}

FaultOutcome FaultWait::for_page(const Need& need) {
  const Pressure::Stall stall(space_.manager().pressure);
  const Result<Reading> read =
      page_in({*need.object, need.index, need.frame_class, &space_, page_});
  if (!read) {
    if (read.error() != Error::OutOfFrames) return FaultOutcome::IoError;
    return for_frame(need.frame_class);
  }
  if (*read == Reading::Done) before_ = Before::Page;
  return FaultOutcome::Resolved;
}

}  // namespace mobius::mm
