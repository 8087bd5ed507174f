// Requests that wait for frames (frame_wait.h).
#include "mm/paging/frame_wait.h"

#include <algorithm>

#include "mm/swap/swap_pager.h"

namespace mobius::mm {

namespace {

constexpr unsigned kBatchesToGiveWay = 4;

bool anybody_starves(MemoryManager& manager) EXCLUDES(memory_lock) {
  LockGuard guard(manager.lock);
  return manager.starving != 0;
}

}  // namespace

Waited FrameWait::for_frames(FrameClass own) {
  if (daemon_ == nullptr) return Waited::GaveUp;
  const FrameClass who = manager_.waiting.promoted(own);
  ++waits_;
  // A page that is being read or written can go next; but not for ever.
  if (waits_ > 2 * kMost) return Waited::GaveUp;
  if (waits_ > kMost && for_transfer() == Waited::GaveUp) return Waited::GaveUp;
  // One page may come and go because there is no second frame: a promise is worth more.
  if (who == FrameClass::Promised && waits_ % kStarving == 0) (void)retry_stuck_pages();
  if (waits_ < kStarving) return for_batch(who);
  const Starved starved(manager_);
  return for_batch(who);
}

// Sleeps until pages have been evicted, or a whole round has found none that can go. GaveUp:
// another attempt would not find a frame for that class.
Waited FrameWait::for_batch(FrameClass who) {
  Lock::assert_no_lock_held();
  const Pressure::Stall stall(manager_.pressure);
  const uint32_t free = manager_.frames.counts().free();
  const uint32_t direct = manager_.frames.counts().free_direct();
  const uint32_t more = std::max(2 * daemon_->low(), 1u);
  const Lack lack = lack_of(who);
  FrameDemand& demand = daemon_->demand();
  if (who != FrameClass::Growth) demand.images = Images::Take;
  if (lack == Lack::Run) demand.frames = std::max(demand.frames, free + more);
  if (lack == Lack::Direct) demand.direct = std::max(demand.direct, direct + more);
  const bool useful = daemon_->wait_for_batch() == RoundEnd::Useful;
  if (useful || there_is_more_for(lack)) return Waited::Again;
  const Lack now = lack_of(who);
  const bool more_in_a_row = lack != Lack::Run || manager_.frames.counts().free() > free;
  if (now == Lack::Run && more_in_a_row) return Waited::Again;
  if (lack == Lack::Frames && now == Lack::Direct) return Waited::Again;
  if (end_swap_off() == Waited::Again) return Waited::Again;
  return who == FrameClass::Promised ? retry_stuck_pages() : Waited::GaveUp;
}

// Where there are free frames, they are not where the caller needs one, or not in a row.
FrameWait::Lack FrameWait::lack_of(FrameClass who) {
  if (!manager_.frames.gate().some_left(who, Placement::Any)) return Lack::Frames;
  return manager_.frames.gate().some_left(who, Placement::Direct) ? Lack::Run : Lack::Direct;
}

// Other requests were faster, but their pages can go in turn; or a process that ended has left
// slots, or SwapOff has, whose patience may have ended with the round.
bool FrameWait::there_is_more_for(Lack lack) {
  LockGuard guard(manager_.lock);
  const PagesThatCame came = manager_.residency->came();
  const uint32_t pages = lack == Lack::Direct ? came.direct : came.frames;
  return pages != 0 || manager_.reads_in_flight != 0 || daemon_->slots_came();
}

// Sleeps until a read or write that is in flight has ended, whose page can go. GaveUp: there
// is none.
Waited FrameWait::for_transfer() {
  LockGuard guard(manager_.lock);
  const uint32_t* const in_flight = manager_.reads_in_flight != 0 ? &manager_.reads_in_flight
                                                                  : &manager_.writes_in_flight;
  if (*in_flight == 0) return Waited::GaveUp;
  manager_.waiting.wait(in_flight, manager_.lock);
  return Waited::Again;
}

// Pages could be written if SwapOff (swap_off.h) were not at work: it is over then.
Waited FrameWait::end_swap_off() {
  LockGuard guard(manager_.lock);
  if (!manager_.swap->slots().closing()) return Waited::GaveUp;
  manager_.swap->slots().stop_closing();
  daemon_->more_can_go();
  return Waited::Again;
}

// There may be good slots left, and the promise was made because of them. It ends, because each
// page that fails again takes a slot along.
Waited FrameWait::retry_stuck_pages() {
  LockGuard guard(manager_.lock);
  if (manager_.swap->slots_left() == 0) return Waited::GaveUp;
  if (manager_.residency->forgive_failures() == 0) return Waited::GaveUp;
  daemon_->more_can_go();
  return Waited::Again;
}

Starved::Starved(MemoryManager& manager) : manager_(manager) {
  LockGuard guard(manager_.lock);
  ++manager_.starving;
  ++manager_.careful_faults;
}

Starved::~Starved() {
  LockGuard guard(manager_.lock);
  --manager_.starving;
  --manager_.careful_faults;
}

void throttle(MemoryManager& manager) {
  if (!anybody_starves(manager)) return;
  const Pressure::Stall stall(manager.pressure);
  for (unsigned i = 0; i < kBatchesToGiveWay && anybody_starves(manager); ++i) {
    (void)manager.page_daemon->wait_for_batch();
  }
}

}  // namespace mobius::mm
