// Ghosts: the sample, its two sets, and the score between them.
#include "mm/replacement/ghosts.h"

#include <algorithm>

namespace mobius::mm {
namespace {

constexpr uint32_t kRoundPart = 8;     // the hand goes round once in M/8 faults
constexpr uint32_t kAgeBudget = 16;    // of a ghost set, as the kernel's
constexpr uint32_t kEnoughPart = 16;   // a rule is better by this part of a ghost set's pages
constexpr uint32_t kDecayPart = 8;     // the score fades a little after that part's misses
constexpr unsigned kFractionBits = 16;

}  // namespace

bool Ghosts::SeatSampler::test_and_clear(PolicyPage& page) {
  Seat& seat = static_cast<Seat&>(page);
  const bool accessed = seat.accessed;
  seat.accessed = false;
  return accessed;
}

Ghosts::Ghosts() { forget_all(); }

void Ghosts::set_capacity(uint32_t pages) {
  unsigned shift = kLeastShift;
  while ((pages >> shift) > kMaxSample) ++shift;
  const uint32_t mask = (1u << shift) - 1;
  if (mask != sample_mask_) forget_all();
  sample_mask_ = mask;
  capacity_ = std::max(pages >> shift, 1u);
  recency_.set_capacity(capacity_);
  reuse_.set_capacity(capacity_);
  per_fault_ = std::max((kGhosts << kFractionBits) / std::max(pages / kRoundPart, 1u), 1u);
}

// Pages that are resident keep kSampled and name a chain without their ghost, which is allowed.
void Ghosts::forget_all() {
  for (Ghost& ghost : ghosts_) {
    if (ghost.used) drop(ghost);
  }
  chains_.fill(kEnd);
  score_ = 0;
}

void Ghosts::drop(Ghost& ghost) {
  uint16_t* link = &chains_[chain_of(ghost.identity)];
  const uint16_t index = static_cast<uint16_t>(&ghost - ghosts_.data());
  while (*link != index) link = &ghosts_[*link].next;
  *link = ghost.next;
  if (ghost.recency.list != 0) recency_.removed(ghost.recency);
  if (ghost.reuse.list != 0) reuse_.removed(ghost.reuse);
  ghost = Ghost();
}

// An unused ghost, or one whose page is in neither set, or any.
Ghosts::Ghost* Ghosts::take() {
  Ghost* any = nullptr;
  for (unsigned tries = 0; tries < 64; ++tries) {
    steal_hand_ = static_cast<uint16_t>((steal_hand_ + 1) % kGhosts);
    Ghost& ghost = ghosts_[steal_hand_];
    if (!ghost.used) return &ghost;
    any = &ghost;
    if (ghost.real == nullptr && ghost.recency.list == 0 && ghost.reuse.list == 0) break;
  }
  drop(*any);
  return any;
}

Ghosts::Ghost* Ghosts::find_or_take(uint32_t identity) {
  for (uint16_t i = chains_[chain_of(identity)]; i != kEnd; i = ghosts_[i].next) {
    if (ghosts_[i].identity == identity) return &ghosts_[i];
  }
  Ghost* const ghost = take();
  ghost->used = true;
  ghost->identity = identity;
  ghost->next = chains_[chain_of(identity)];
  chains_[chain_of(identity)] = static_cast<uint16_t>(ghost - ghosts_.data());
  return ghost;
}

void Ghosts::bind(Ghost& ghost, PolicyPage& page) {
  ghost.real = &page;
  page.bits = static_cast<uint8_t>((page.bits & ResidentSet::kComesBack) | kSampled |
                                   chain_of(ghost.identity) << kChainShift);
}

void Ghosts::sampled_fault(PolicyPage& page, uint32_t identity) {
  Ghost& ghost = *find_or_take(identity);
  bind(ghost, page);
  ghost.ahead = false;
  refer(ghost);
}

void Ghosts::sampled_read_ahead(PolicyPage& page, uint32_t identity) {
  Ghost& ghost = *find_or_take(identity);
  bind(ghost, page);
  ghost.ahead = true;
  refer(ghost);
}

// The first reference to a page that was read ahead has been counted already.
void Ghosts::refer_unless_ahead(Ghost& ghost) {
  if (!ghost.ahead) refer(ghost);
  ghost.ahead = false;
}

void Ghosts::sampled_gone(PolicyPage& page, Gone why) {
  for (uint16_t i = chains_[page.bits >> kChainShift]; i != kEnd; i = ghosts_[i].next) {
    if (ghosts_[i].real != &page) continue;
    if ((page.bits & kSeenByPolicy) != 0 && why == Gone::Evicted) refer_unless_ahead(ghosts_[i]);
    ghosts_[i].real = nullptr;
    if (why == Gone::Freed) drop(ghosts_[i]);
    break;
  }
  page.bits &= ResidentSet::kComesBack;
}

uint32_t Ghosts::age(uint32_t budget, Sampler& sampler) {
  constexpr uint32_t kOne = 1u << kFractionBits;
  uint32_t asked = 0;
  to_pass_ = std::min(to_pass_ + per_fault_, kGhosts * kOne);
  for (; to_pass_ >= kOne && asked < budget; to_pass_ -= kOne) {
    hand_ = static_cast<uint16_t>((hand_ + 1) % kGhosts);
    Ghost& ghost = ghosts_[hand_];
    if (ghost.real == nullptr || ResidentSet::is_fresh(*ghost.real)) continue;
    ++asked;
    if (seen(*ghost.real, sampler)) refer_unless_ahead(ghost);
  }
  return asked;
}

// Whether the page has been referenced since the ghosts were last told; tells the policy.
bool Ghosts::seen(PolicyPage& page, Sampler& sampler) {
  const bool by_policy = (page.bits & kSeenByPolicy) != 0;
  page.bits &= static_cast<uint8_t>(~kSeenByPolicy);
  if (!sampler.test_and_clear(page)) return by_policy;
  page.bits |= kSeenByHand;
  return true;
}

bool Ghosts::refer(ResidentSet& set, Seat& seat) {
  const bool missed = seat.list == 0;
  if (missed) {
    if (set.size() >= capacity_) {
      Seat& victim = static_cast<Seat&>(*set.pick_victim(seats_));
      victim.shadow = set.evicted(victim);
    }
    set.age(kAgeBudget, seats_);
    set.faulted_in(seat, seat.shadow);
  }
  seat.accessed = true;
  return missed;
}

void Ghosts::refer(Ghost& ghost) {
  const bool recency_missed = refer(recency_, ghost.recency);
  const bool reuse_missed = refer(reuse_, ghost.reuse);
  judge(recency_missed, reuse_missed);
}

void Ghosts::judge(bool recency_missed, bool reuse_missed) {
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
