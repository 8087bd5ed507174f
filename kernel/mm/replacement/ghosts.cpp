// Ghosts: the sample, and the hand that goes round it.
#include "mm/replacement/ghosts.h"

#include <algorithm>

namespace mobius::mm {
namespace {

constexpr uint32_t kRoundPart = 8;     // the hand goes round once in M/8 faults
constexpr unsigned kFractionBits = 16;

}  // namespace

void Ghosts::set_capacity(uint32_t pages) {
  unsigned shift = kLeastShift;
  while ((pages >> shift) > kMaxSample) ++shift;
  const uint32_t mask = (1u << shift) - 1;
  if (mask != sample_mask_) forget_all();
  sample_mask_ = mask;
  trial_.set_capacity(std::max(pages >> shift, 1u));
  const uint32_t round = std::max(pages / kRoundPart, 1u);
  per_fault_ = std::max((GhostTable::kSize << kFractionBits) / round, 1u);
}

// Pages that are resident keep kSampled and name a chain without their ghost, which is allowed.
void Ghosts::forget_all() {
  for (Ghost& ghost : table_.all()) {
    if (ghost.used) drop(ghost);
  }
  trial_.forget_score();
}

void Ghosts::drop(Ghost& ghost) {
  trial_.leave(ghost);
  table_.remove(ghost);
}

Ghost& Ghosts::find_or_take(uint32_t identity) {
  Ghost* const found = table_.find(identity);
  if (found != nullptr) return *found;
  Ghost& ghost = table_.pick();
  if (ghost.used) drop(ghost);
  table_.add(ghost, identity);
  return ghost;
}

void Ghosts::bind(Ghost& ghost, PolicyPage& page) {
  ghost.real = &page;
  page.bits = static_cast<uint8_t>((page.bits & ResidentSet::kComesBack) | kSampled |
                                   GhostTable::chain_of(ghost.identity) << kChainShift);
}

void Ghosts::sampled_fault(PolicyPage& page, uint32_t identity) {
  Ghost& ghost = find_or_take(identity);
  bind(ghost, page);
  ghost.ahead = false;
  trial_.refer(ghost);
}

void Ghosts::sampled_read_ahead(PolicyPage& page, uint32_t identity) {
  Ghost& ghost = find_or_take(identity);
  bind(ghost, page);
  ghost.ahead = true;
  trial_.refer(ghost);
}

// The first reference to a page that was read ahead has been counted already.
void Ghosts::refer_unless_ahead(Ghost& ghost) {
  if (!ghost.ahead) trial_.refer(ghost);
  ghost.ahead = false;
}

void Ghosts::sampled_gone(PolicyPage& page, Gone why) {
  Ghost* const ghost = table_.find_of(page, page.bits >> kChainShift);
  if (ghost != nullptr) {
    if ((page.bits & kSeenByPolicy) != 0 && why == Gone::Evicted) refer_unless_ahead(*ghost);
    ghost->real = nullptr;
    if (why == Gone::Freed) drop(*ghost);
  }
  page.bits &= ResidentSet::kComesBack;
}

uint32_t Ghosts::age(uint32_t budget, Sampler& sampler) {
  constexpr uint32_t kOne = 1u << kFractionBits;
  uint32_t asked = 0;
  to_pass_ = std::min(to_pass_ + per_fault_, GhostTable::kSize * kOne);
  for (; to_pass_ >= kOne && asked < budget; to_pass_ -= kOne) {
    hand_ = static_cast<uint16_t>((hand_ + 1) % GhostTable::kSize);
    Ghost& ghost = table_.all()[hand_];
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

}  // namespace mobius::mm
