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

bool FrameWait::for_frames(FrameClass own) {
  if (daemon_ == nullptr) return false;
  const FrameClass who = manager_.waiting.promoted(own);
  ++waits_;
  // A page that is being read or written can go next; but not for ever.
  if (waits_ > kMost && (waits_ > 2 * kMost || !for_transfer())) return false;
  // One page may come and go because there is no second frame: a promise is worth more.
  if (who == FrameClass::Promised && waits_ % kStarving == 0) (void)retry_stuck_pages();
  if (waits_ < kStarving) return for_batch(who);
  const Starved starved(manager_);
  return for_batch(who);
}

// Sleeps until pages have been evicted, or a whole round has found none that can go. False: another
// attempt would not find a frame for that class.
bool FrameWait::for_batch(FrameClass who) {
  Lock::assert_no_lock_held();
  const Pressure::Stall stall(manager_.pressure);
  const uint32_t free = manager_.frames.free_frames();
  const uint32_t direct = manager_.frames.free_direct_frames();
  const uint32_t more = std::max(2 * daemon_->low(), 1u);
  const Lack lack = lack_of(who);
  FrameDemand& demand = daemon_->demand();
  if (who != FrameClass::Growth) demand.images = Images::Take;
  if (lack == Lack::Run) demand.frames = std::max(demand.frames, free + more);
  if (lack == Lack::Direct) demand.direct = std::max(demand.direct, direct + more);
  if (daemon_->wait_for_batch() == RoundEnd::Useful || there_is_more_for(lack)) return true;
  const Lack now = lack_of(who);
  if (now == Lack::Run && (lack != Lack::Run || manager_.frames.free_frames() > free)) return true;
  if (lack == Lack::Frames && now == Lack::Direct) return true;
  return swap_stays_on() || (who == FrameClass::Promised && retry_stuck_pages());
}

// Where there are free frames, they are not where the caller needs one, or not in a row.
FrameWait::Lack FrameWait::lack_of(FrameClass who) {
  if (!manager_.frames.some_left(who, Placement::Any)) return Lack::Frames;
  return manager_.frames.some_left(who, Placement::Direct) ? Lack::Run : Lack::Direct;
}

// Other requests were faster, but their pages can go in turn; or a process that ended has left
// slots, or SwapOff has, whose patience may have ended with the round.
bool FrameWait::there_is_more_for(Lack lack) {
  LockGuard guard(manager_.lock);
  const PagesThatCame came = manager_.residency->came();
  const uint32_t pages = lack == Lack::Direct ? came.direct : came.frames;
  return pages != 0 || manager_.reads_in_flight != 0 || daemon_->slots_came();
}

// Sleeps until a read or write that is in flight has ended, whose page can go. False: there is
// none.
bool FrameWait::for_transfer() {
  LockGuard guard(manager_.lock);
  const uint32_t* const in_flight = manager_.reads_in_flight != 0 ? &manager_.reads_in_flight
                                                                  : &manager_.writes_in_flight;
  if (*in_flight == 0) return false;
  manager_.waiting.wait(in_flight, manager_.lock);
  return true;
}

// Pages could be written if SwapOff (swap_off.h) were not at work: it is over then.
bool FrameWait::swap_stays_on() {
  LockGuard guard(manager_.lock);
  if (!manager_.swap->slots().closing()) return false;
  manager_.swap->slots().stop_closing();
  daemon_->more_can_go();
  return true;
}

// There may be good slots left, and the promise was made because of them. It ends, because each
// page that fails again takes a slot along.
bool FrameWait::retry_stuck_pages() {
  LockGuard guard(manager_.lock);
  if (manager_.swap->slots_left() == 0 || !manager_.residency->forgive_failures()) return false;
  daemon_->more_can_go();
  return true;
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
