// The two sets of ghosts and the score between them: see rule_trial.h.
#include "mm/replacement/rule_trial.h"

#include <algorithm>

namespace mobius::mm {
namespace {

constexpr uint32_t kAgeBudget = 16;    // of a ghost set, as the kernel's
constexpr uint32_t kEnoughPart = 16;   // a rule is better by this part of a ghost set's pages
constexpr uint32_t kDecayPart = 8;     // the score fades a little after that part's misses

}  // namespace

bool RuleTrial::SeatSampler::test_and_clear(PolicyPage& page) {
  GhostSeat& seat = static_cast<GhostSeat&>(page);
  const bool accessed = seat.accessed;
  seat.accessed = false;
  return accessed;
}

void RuleTrial::set_capacity(uint32_t ghosts) {
  capacity_ = ghosts;
  recency_.set_capacity(ghosts);
  reuse_.set_capacity(ghosts);
}

void RuleTrial::leave(Ghost& ghost) {
  if (ghost.recency.list != 0) recency_.removed(ghost.recency);
  if (ghost.reuse.list != 0) reuse_.removed(ghost.reuse);
}

bool RuleTrial::refer(ResidentSet& set, GhostSeat& seat) {
  const bool missed = seat.list == 0;
  if (missed) {
    if (set.size() >= capacity_) {
      GhostSeat& victim = static_cast<GhostSeat&>(*set.pick_victim(seats_));
      victim.shadow = set.evicted(victim);
    }
    set.age(kAgeBudget, seats_);
    set.faulted_in(seat, seat.shadow);
  }
  seat.accessed = true;
  return missed;
}

void RuleTrial::refer(Ghost& ghost) {
  const bool recency_missed = refer(recency_, ghost.recency);
  const bool reuse_missed = refer(reuse_, ghost.reuse);
  judge(recency_missed, reuse_missed);
}

void RuleTrial::judge(bool recency_missed, bool reuse_missed) {
  score_ += static_cast<int32_t>(recency_missed) - static_cast<int32_t>(reuse_missed);
  if (recency_missed || reuse_missed) {
    if (until_decay_ == 0) {
      until_decay_ = std::max(capacity_ / kDecayPart, 1u);
      score_ -= score_ / 8;
    }
    --until_decay_;
  }
  const int32_t enough = std::max(static_cast<int32_t>(capacity_ / kEnoughPart), 2);
  if (score_ > enough) better_ = ResidentSet::Rule::Reuse;
  if (score_ < -enough) better_ = ResidentSet::Rule::Recency;
}

}  // namespace mobius::mm
