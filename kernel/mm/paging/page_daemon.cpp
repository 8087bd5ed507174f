// The page daemon's rounds, and those who wait for them (page_daemon.h).
#include "mm/paging/page_daemon.h"

#include <algorithm>
#include <utility>

#include "mm/swap/swap_pager.h"

namespace mobius::mm {

// What one round has come to so far.
struct PageDaemon::Tally {
  uint64_t evicted = 0;
  uint32_t newcomers = 0;  // left where they are
  RoundEnd end = RoundEnd::Useful;
};

namespace {

bool enough_are_free(const FrameAllocator& frames, uint32_t high, FrameClass who,
                     const FrameDemand& demand) {
  const uint32_t kept = frames.gate().must_stay_free(who);
  return frames.counts().free() >= std::max(kept + high, demand.frames) &&
         frames.gate().left(who) >= high && frames.counts().free_direct() >= demand.direct;
}

}  // namespace

void PageDaemon::start(uint32_t low) {
  low_ = low;
  high_ = low + std::min(low, Eviction::kBatch);
  manager_.frames.gate().tell_when_low(this, low);
}

void PageDaemon::run() {
  for (;;) {
    while (!wanted()) manager_.waiting.wait_unguarded(&state_);
    run_round();
  }
}

uint32_t PageDaemon::ask() {
  const bool running = state_ == Round::Running || state_ == Round::RunningAsked;
  state_ = running ? Round::RunningAsked : Round::Asked;
  manager_.waiting.wake(&state_);
  return running ? 2 : 1;
}

void PageDaemon::frames_are_low() {
  if (!wanted() && last_ != RoundEnd::Fruitless) (void)ask();
}

// ---- A round ----

void PageDaemon::run_round() {
  KASSERT(low_ != 0 && "PageDaemon::start() has been called");
  state_ = Round::Running;
  last_ = RoundEnd::Useful;
  const Tally tally = evict_until(std::exchange(demand_, FrameDemand{}));
  // A newcomer that stayed will have been used soon: its page can go then.
  last_ = tally.newcomers != 0 ? RoundEnd::Useful : tally.end;
  state_ = state_ == Round::RunningAsked ? Round::Asked : Round::Idle;
  ++rounds_;
  manager_.waiting.wake(&rounds_);
}

// Until enough frames are free, or every page has been picked and stayed and none is on its way in,
// which could be one that goes. Without a slot left most pages would not gain a frame, and a look
// at each takes long.
PageDaemon::Tally PageDaemon::evict_until(const FrameDemand& demand) {
  Tally tally;
  uint32_t fruitless_picks = 0;  // since a page was evicted last
  while (!enough_are_free(manager_.frames, high_, FrameClass::Growth, demand)) {
    const EvictionAim aim{gain_wanted(demand), demand.images};
    if (note_slots() == SlotsLeft::Some && aim.gain != Gain::Ledger) {
      const EvictionResult result = eviction_.evict_batch(aim);
      note(result, tally);
      fruitless_picks = result.evicted == 0 ? fruitless_picks + result.picked - result.stuck : 0;
      if (result.picked != 0 && !all_have_stayed(fruitless_picks)) continue;
      fruitless_picks = 0;
    }
    const EvictionResult clean = eviction_.evict_without_slots(aim);
    note(clean, tally);
    if (clean.evicted != 0) continue;
    const bool over = tally.evicted != 0 || aim.gain == Gain::Ledger;
    if (over || wait_for_read() == Reads::None) {
      tally.end = RoundEnd::Fruitless;
      break;
    }
  }
  return tally;
}

void PageDaemon::note(const EvictionResult& result, Tally& tally) {
  tally.newcomers += result.newcomers;
  tally.evicted += result.evicted;
  if (result.evicted == 0) return;
  evicted_ += result.evicted;
  manager_.waiting.wake(&rounds_);
}

bool PageDaemon::all_have_stayed(uint32_t picks) {
  LockGuard guard(manager_.lock);
  return picks > 2 * manager_.residency->pages();
}

// While SwapOff is at work there are none, but pages can go that have theirs.
SlotsLeft PageDaemon::note_slots() {
  LockGuard guard(manager_.lock);
  slots_left_ = manager_.swap->slots_to_take();
  return manager_.swap->slots_left() != 0 ? SlotsLeft::Some : SlotsLeft::None;
}

bool PageDaemon::slots_came() const { return manager_.swap->slots_to_take() > slots_left_; }

Reads PageDaemon::wait_for_read() {
  LockGuard guard(manager_.lock);
  if (manager_.reads_in_flight == 0) return Reads::None;
  manager_.waiting.wait(&manager_.reads_in_flight, manager_.lock);
  return Reads::Ended;
}

// Where any page would do, but for a request that needs a frame in the direct map. Where promises
// count on every slot, a page that goes out raises the floor by the frame that it leaves: only as
// many go as pages that return need.
Gain PageDaemon::gain_wanted(const FrameDemand& demand) {
  const FrameAllocator& frames = manager_.frames;
  const FrameGate& gate = frames.gate();
  const bool slots_are_promised =
      gate.must_stay_free(FrameClass::Normal) > gate.must_stay_free(FrameClass::Returning);
  const FrameClass served = slots_are_promised ? FrameClass::Returning : FrameClass::Growth;
  if (!enough_are_free(frames, high_, served, {demand.frames, 0})) return Gain::Frames;
  return manager_.frames.counts().free_direct() < demand.direct ? Gain::Direct : Gain::Ledger;
}

// One that is running may have passed what there is to evict by now: the next one counts.
RoundEnd PageDaemon::wait_for_batch() {
  KASSERT(low_ != 0 && "PageDaemon::start() has been called");
  const uint64_t evicted = evicted_;
  const uint32_t rounds = rounds_, enough = ask();
  while (evicted_ == evicted && rounds_ - rounds < enough) {
    manager_.waiting.wait_unguarded(&rounds_);
  }
  return evicted_ != evicted ? RoundEnd::Useful : last_;
}

}  // namespace mobius::mm
