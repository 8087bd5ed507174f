// The page daemon's rounds, and those who wait for them.
#include "mm/pageout.h"

#include <algorithm>
#include <utility>

#include "mm/pageout_internal.h"

namespace mobius::mm {

namespace {
constexpr unsigned kBatchesToGiveWay = 4;
}

PageOut::PageOut(MemoryManager& manager, ReplacementPolicy& policy, SwapPager& swap)
    : manager_(manager), policy_(policy), swap_(swap) {
  manager_.pageout = this;
}

void PageOut::start(uint32_t low) {
  low_ = low;
  manager_.frames.tell_when_low(this, low);
}

void PageOut::run() {
  for (;;) {
    while (!wanted_) manager_.waiting.wait(&wanted_);
    run_round();
  }
}

uint32_t PageOut::listed_pages() {
  LockGuard guard(manager_.lock);
  return policy_.size();
}

// While SwapOff is at work there are none, but pages can go that have theirs.
bool PageOut::note_slots() {
  LockGuard guard(manager_.lock);
  slots_left_ = swap_.slots_to_take();
  return swap_.slots_left() != 0;
}

uint32_t PageOut::reads_under_way() {
  LockGuard guard(manager_.lock);
  return manager_.under_way;
}

bool PageOut::enough_are_free(Claim claim, Asked asked) {
  const uint32_t more = low_ + std::min(low_, kBatch);
  const uint32_t watermark = manager_.frames.floor(claim) + more;
  return manager_.frames.free_frames() >= std::max(watermark, asked.frames) &&
         manager_.frames.left(claim) >= more &&
         manager_.frames.free_direct_frames() >= asked.direct;
}

// Where any page would do, but for somebody who needs a frame in the direct map. Where promises
// count on every slot, a page that goes out raises the floor by the frame that it leaves: only as
// many go as pages that return need.
PageOut::Gain PageOut::gain_wanted(Asked asked) {
  const FrameAllocator& frames = manager_.frames;
  const bool slots_are_promised = frames.floor(Claim::Unpromised) > frames.floor(Claim::Returning);
  const Claim served = slots_are_promised ? Claim::Returning : Claim::Growth;
  if (!enough_are_free(served, {asked.frames, 0})) return Gain::Frames;
  return manager_.frames.free_direct_frames() < asked.direct ? Gain::Direct : Gain::Books;
}

// One batch. False: another would find nothing, for every page has been a victim in vain.
bool PageOut::evict_some(Gain gain, uint32_t& in_vain) {
  const Outcome outcome = evict_batch(gain);
  in_vain = outcome.evicted == 0 ? in_vain + outcome.picked - outcome.stuck : 0;
  if (outcome.evicted != 0) tell_evicted(outcome.evicted);
  if (outcome.picked != 0 && in_vain <= 2 * listed_pages()) return true;
  in_vain = 0;
  return false;
}

void PageOut::tell_evicted(uint32_t pages) {
  evicted_ += pages;
  manager_.waiting.wake(&rounds_);
}

// Evicts until there are enough free frames, or until every page has been a victim in vain and none
// is on its way in, which could be one next. Without a slot left most pages would not gain a frame,
// and a look at each takes long.
void PageOut::run_round() {
  KASSERT(low_ != 0 && "PageOut::start() has been called");
  wanted_ = false;
  running_ = true;
  fruitless_ = newcomer_stayed_ = false;
  const Asked asked = std::exchange(asked_, Asked{});
  images_go_ = std::exchange(images_asked_, false);
  const uint64_t evicted = evicted_;
  uint32_t in_vain = 0;
  while (!enough_are_free(Claim::Growth, asked)) {
    const Gain gain = gain_wanted(asked);
    if (note_slots() && gain != Gain::Books && evict_some(gain, in_vain)) continue;
    if (const uint32_t more = discard_whatever_can_go(gain)) {
      tell_evicted(more);
      continue;
    }
    fruitless_ = evicted_ != evicted || gain == Gain::Books || reads_under_way() == 0;
    if (fruitless_) break;
    manager_.waiting.wait(&manager_.under_way);
  }
  // Whoever was to use one of those will have done so soon: others may try again (Patience).
  if (newcomer_stayed_) fruitless_ = false;
  running_ = false;
  ++rounds_;
  manager_.waiting.wake(&rounds_);
}

// Until pages have been evicted, or a whole round has found nothing to do: one that began after we
// came.
void PageOut::wait_for_batch() {
  const uint64_t evicted = evicted_;
  const uint32_t enough = running_ ? 2 : 1;
  const uint32_t round = rounds_;
  wanted_ = true;
  manager_.waiting.wake(&wanted_);
  while (evicted_ == evicted && rounds_ - round < enough) manager_.waiting.wait(&rounds_);
}

bool PageOut::wait_for_frames(Claim claim) {
  KASSERT(low_ != 0 && "PageOut::start() has been called");
  Lock::assert_no_lock_held();
  const Pressure::Stall stall(manager_.pressure);
  const uint32_t free = manager_.frames.free_frames();
  const Lack lack = lack_of(claim);
  images_asked_ |= manager_.frames.effective(claim) != Claim::Growth;
  const uint32_t direct = manager_.frames.free_direct_frames(), more = std::max(2 * low_, 1u);
  if (lack == Lack::Run) asked_.frames = std::max(asked_.frames, free + more);
  if (lack == Lack::Direct) asked_.direct = std::max(asked_.direct, direct + more);
  const uint64_t evicted = evicted_;
  wait_for_batch();
  if (evicted_ != evicted || !fruitless_) return true;
  if (there_is_more_since(lack)) return true;
  const Lack now = lack_of(claim);
  if (now == Lack::Run && (lack != Lack::Run || manager_.frames.free_frames() > free)) return true;
  if (lack == Lack::Frames && now == Lack::Direct) return true;
  return swap_stays_on() || (claim == Claim::Promised && try_stuck_pages_again());
}

// Where there are free frames, they are not where the caller needs one, or not in a row.
PageOut::Lack PageOut::lack_of(Claim claim) {
  if (!manager_.frames.some_left(claim, Placement::Any)) return Lack::Frames;
  return manager_.frames.some_left(claim, Placement::Direct) ? Lack::Run : Lack::Direct;
}

// Others were faster, but their pages can go in turn; or somebody who ended has left slots, or
// SwapOff has, whose patience may have ended with the round.
bool PageOut::there_is_more_since(Lack lack) {
  LockGuard guard(manager_.lock);
  const uint32_t came = lack == Lack::Direct ? came_.direct : came_.frames;
  return came != 0 || manager_.under_way != 0 || swap_.slots_to_take() > slots_left_;
}

bool PageOut::wait_for_transfer() {
  if (reads_under_way() == 0) return swap_.wait_for_write();
  manager_.waiting.wait(&manager_.under_way);
  return true;
}

void PageOut::somebody_starves(int more) {
  LockGuard guard(manager_.lock);
  manager_.starving += static_cast<uint32_t>(more);
  manager_.careful_faults += static_cast<uint32_t>(more);
}

bool PageOut::anybody_starves() {
  LockGuard guard(manager_.lock);
  return manager_.starving != 0;
}

void PageOut::give_way() {
  if (!anybody_starves()) return;
  const Pressure::Stall stall(manager_.pressure);
  for (unsigned i = 0; i < kBatchesToGiveWay && anybody_starves(); ++i) wait_for_batch();
}

// Pages could be written if SwapOff (swap_off.h) were not at work: it is over then.
bool PageOut::swap_stays_on() {
  LockGuard guard(manager_.lock);
  if (!swap_.slots().closing()) return false;
  swap_.slots().stop_closing();
  fruitless_ = false;
  return true;
}

// There may be good slots left, and the promise was made because of them. False: no page is stuck,
// or there is no slot. It ends, for each page that fails again takes a slot along.
bool PageOut::try_stuck_pages_again() {
  LockGuard guard(manager_.lock);
  if (swap_.slots_left() == 0) return false;
  bool any = false;
  for (VmObject& object : manager_.objects) {
    for_each_resident(object, [&](FrameRecord& record, PageSlot& slot) REQUIRES(memory_lock) {
      if (!record.marks.has(PageMark::Stuck) || record.marks.has(PageMark::Locked)) return;
      record.marks.remove({PageMark::Stuck});
      was_read_ahead(record, slot.shadow());
      any = true;
    });
  }
  if (any) fruitless_ = false;
  return any;
}

// After a round in vain nobody is woken before somebody really waits for a frame.
void PageOut::frames_are_low() {
  if (wanted_ || fruitless_) return;
  wanted_ = true;
  manager_.waiting.wake(&wanted_);
}

}  // namespace mobius::mm
