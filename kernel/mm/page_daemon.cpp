// The page daemon's rounds, and those who wait for them (page_daemon.h).
#include "mm/page_daemon.h"

#include <algorithm>
#include <utility>

namespace mobius::mm {

namespace {
constexpr unsigned kBatchesToGiveWay = 4;
}

void PageDaemon::start(uint32_t low) {
  low_ = low;
  manager_.frames.tell_when_low(this, low);
}

void PageDaemon::run() {
  for (;;) {
    while (!wanted()) manager_.waiting.wait(&state_);
    run_round();
  }
}

void PageDaemon::ask() {
  state_ = is_running() ? Round::RunningAsked : Round::Asked;
  manager_.waiting.wake(&state_);
}

void PageDaemon::frames_are_low() {
  if (!wanted() && last_ != RoundEnd::Fruitless) ask();
}

// ---- A round ----

void PageDaemon::run_round() {
  KASSERT(low_ != 0 && "PageDaemon::start() has been called");
  state_ = Round::Running;
  last_ = RoundEnd::Useful;
  newcomers_ = 0;
  last_ = evict_until(std::exchange(demand_, FrameDemand{}));
  // A newcomer that stayed will have been used soon: its page can go then (Patience).
  if (newcomers_ != 0) last_ = RoundEnd::Useful;
  state_ = state_ == Round::RunningAsked ? Round::Asked : Round::Idle;
  ++rounds_;
  manager_.waiting.wake(&rounds_);
}

// Until enough frames are free, or every page has been picked and stayed and none is on its way in,
// which could be one that goes. Without a slot left most pages would not gain a frame, and a look
// at each takes long.
PageDaemon::RoundEnd PageDaemon::evict_until(const FrameDemand& demand) {
  const uint64_t evicted = evicted_;
  uint32_t fruitless_picks = 0;
  while (!enough_are_free(Claim::Growth, demand)) {
    const EvictionAim aim{gain_wanted(demand), demand.images};
    if (note_slots() && aim.gain != Gain::Books) {
      const EvictionResult result = eviction_.evict_batch(aim);
      note(result);
      if (goes_on(result, fruitless_picks)) continue;
      fruitless_picks = 0;
    }
    const EvictionResult clean = eviction_.evict_clean(aim);
    note(clean);
    if (clean.evicted != 0) continue;
    if (evicted_ != evicted || aim.gain == Gain::Books || reads_in_flight() == 0) {
      return RoundEnd::Fruitless;
    }
    manager_.waiting.wait(&manager_.under_way);
  }
  return RoundEnd::Useful;
}

void PageDaemon::note(const EvictionResult& result) {
  newcomers_ += result.newcomers;
  if (result.evicted == 0) return;
  evicted_ += result.evicted;
  manager_.waiting.wake(&rounds_);
}

// False: another batch would find nothing, because every page has been picked and stayed.
bool PageDaemon::goes_on(const EvictionResult& result, uint32_t& fruitless_picks) {
  fruitless_picks = result.evicted == 0 ? fruitless_picks + result.picked - result.stuck : 0;
  LockGuard guard(manager_.lock);
  return result.picked != 0 && fruitless_picks <= 2 * residency_.pages();
}

// While SwapOff is at work there are none, but pages can go that have theirs.
bool PageDaemon::note_slots() {
  LockGuard guard(manager_.lock);
  slots_left_ = swap_.slots_to_take();
  return swap_.slots_left() != 0;
}

uint32_t PageDaemon::reads_in_flight() {
  LockGuard guard(manager_.lock);
  return manager_.under_way;
}

bool PageDaemon::enough_are_free(Claim claim, const FrameDemand& demand) {
  const uint32_t more = low_ + std::min(low_, Eviction::kBatch);
  const uint32_t watermark = manager_.frames.floor(claim) + more;
  return manager_.frames.free_frames() >= std::max(watermark, demand.frames) &&
         manager_.frames.left(claim) >= more &&
         manager_.frames.free_direct_frames() >= demand.direct;
}

// Where any page would do, but for a request that needs a frame in the direct map. Where promises
// count on every slot, a page that goes out raises the floor by the frame that it leaves: only as
// many go as pages that return need.
Gain PageDaemon::gain_wanted(const FrameDemand& demand) {
  const FrameAllocator& frames = manager_.frames;
  const bool slots_are_promised = frames.floor(Claim::Unpromised) > frames.floor(Claim::Returning);
  const Claim served = slots_are_promised ? Claim::Returning : Claim::Growth;
  if (!enough_are_free(served, {demand.frames, 0, demand.images})) return Gain::Frames;
  return manager_.frames.free_direct_frames() < demand.direct ? Gain::Direct : Gain::Books;
}

// ---- Those who wait ----

// Until pages have been evicted, or a whole round has found nothing to do: one that began after
// this thread came.
void PageDaemon::wait_for_batch() {
  const uint64_t evicted = evicted_;
  const uint32_t enough = is_running() ? 2 : 1;
  const uint32_t round = rounds_;
  ask();
  while (evicted_ == evicted && rounds_ - round < enough) manager_.waiting.wait(&rounds_);
}

bool PageDaemon::wait_for_frames(Claim claim) {
  KASSERT(low_ != 0 && "PageDaemon::start() has been called");
  Lock::assert_no_lock_held();
  const Pressure::Stall stall(manager_.pressure);
  const uint32_t free = manager_.frames.free_frames();
  const Lack lack = lack_of(claim);
  if (manager_.frames.effective(claim) != Claim::Growth) demand_.images = Images::Take;
  const uint32_t direct = manager_.frames.free_direct_frames(), more = std::max(2 * low_, 1u);
  if (lack == Lack::Run) demand_.frames = std::max(demand_.frames, free + more);
  if (lack == Lack::Direct) demand_.direct = std::max(demand_.direct, direct + more);
  const uint64_t evicted = evicted_;
  wait_for_batch();
  if (evicted_ != evicted || last_ != RoundEnd::Fruitless) return true;
  if (there_is_more_for(lack)) return true;
  const Lack now = lack_of(claim);
  if (now == Lack::Run && (lack != Lack::Run || manager_.frames.free_frames() > free)) return true;
  if (lack == Lack::Frames && now == Lack::Direct) return true;
  return swap_stays_on() || (claim == Claim::Promised && retry_stuck_pages());
}

// Where there are free frames, they are not where the caller needs one, or not in a row.
PageDaemon::Lack PageDaemon::lack_of(Claim claim) {
  if (!manager_.frames.some_left(claim, Placement::Any)) return Lack::Frames;
  return manager_.frames.some_left(claim, Placement::Direct) ? Lack::Run : Lack::Direct;
}

// Other requests were faster, but their pages can go in turn; or a process that ended has left
// slots, or SwapOff has, whose patience may have ended with the round.
bool PageDaemon::there_is_more_for(Lack lack) {
  LockGuard guard(manager_.lock);
  const Residency::Came came = residency_.came();
  const uint32_t pages = lack == Lack::Direct ? came.direct : came.frames;
  return pages != 0 || manager_.under_way != 0 || swap_.slots_to_take() > slots_left_;
}

bool PageDaemon::wait_for_transfer() {
  if (reads_in_flight() == 0) return swap_.wait_for_write();
  manager_.waiting.wait(&manager_.under_way);
  return true;
}

// Pages could be written if SwapOff (swap_off.h) were not at work: it is over then.
bool PageDaemon::swap_stays_on() {
  LockGuard guard(manager_.lock);
  if (!swap_.slots().closing()) return false;
  swap_.slots().stop_closing();
  last_ = RoundEnd::Useful;
  return true;
}

// There may be good slots left, and the promise was made because of them. It ends, because each
// page that fails again takes a slot along.
bool PageDaemon::retry_stuck_pages() {
  LockGuard guard(manager_.lock);
  if (swap_.slots_left() == 0) return false;
  const bool any = residency_.forgive_failures();
  if (any) last_ = RoundEnd::Useful;
  return any;
}

PageDaemon::Starved::Starved(MemoryManager& manager) : manager_(manager) {
  LockGuard guard(manager_.lock);
  ++manager_.starving;
  ++manager_.careful_faults;
}

PageDaemon::Starved::~Starved() {
  LockGuard guard(manager_.lock);
  --manager_.starving;
  --manager_.careful_faults;
}

bool PageDaemon::anybody_starves() {
  LockGuard guard(manager_.lock);
  return manager_.starving != 0;
}

void PageDaemon::throttle() {
  if (!anybody_starves()) return;
  const Pressure::Stall stall(manager_.pressure);
  for (unsigned i = 0; i < kBatchesToGiveWay && anybody_starves(); ++i) wait_for_batch();
}

}  // namespace mobius::mm
