// ResidentSet: which pages are warm, which are cold, which go.
#include "mm/replacement/resident_set.h"

#include <algorithm>

namespace mobius::mm {
namespace {

constexpr uint32_t kGracePart = 64;
constexpr uint32_t kColdPart = 24;
constexpr uint32_t kTicks = 256;  // in M faults
// Warm pages asked about for each page that would take a place among them.
constexpr uint32_t kCandidates = 4;
// Questions for one victim: where n pages in a row are in use, one of them goes. A whole round
// would keep the machine too long where memory is large.
constexpr uint32_t kQuestions = 1024;

bool is_older(uint16_t a, uint16_t b) { return static_cast<int16_t>(a - b) < 0; }

}  // namespace

void ResidentSet::set_capacity(uint32_t pages) {
  grace_ = std::max(pages / kGracePart, 1u);
  warm_target_ = pages - std::min(std::max(pages / kColdPart, 1u) + grace_, pages);
  clock_.set_tick(std::max(pages / kTicks, 1u));
}

// Makes room among the warm pages for one that was last referenced (before just now) at that time,
// if one of them has been unreferenced for longer. Cold: there is none.
auto ResidentSet::make_room(uint16_t last_reference, uint32_t& budget, Sampler& sampler) -> Heat {
  if (warm_.size() < warm_target_) return Heat::Warm;
  for (uint32_t left = kCandidates; left != 0 && budget != 0 && !warm_.empty(); --left) {
    PolicyPage& oldest = *warm_.front();
    --budget;
    if (sampler.test_and_clear(oldest)) {
      oldest.stamp = clock_.now();
      warm_.turn();
      continue;
    }
    if (!is_older(oldest.stamp, last_reference)) return Heat::Cold;
    warm_.remove(oldest);
    cold_.push_back(oldest);
    return Heat::Warm;
  }
  return Heat::Cold;
}

// Where a page belongs that has just been referenced; page.stamp is the time before that.
ResidentSet::Heat ResidentSet::heat_of(PolicyPage& page, uint32_t& budget, Sampler& sampler) {
  return rule_ == Rule::Recency ? Heat::Warm : make_room(page.stamp, budget, sampler);
}

void ResidentSet::age(uint32_t budget, Sampler& sampler) {
  clock_.count_arrival();
  while (budget != 0 && fresh_.size() > grace_) {
    PolicyPage& page = *fresh_.front();
    --budget;
    sampler.test_and_clear(page);
    fresh_.remove(page);
    const bool comes_back = (page.bits & kComesBack) != 0;
    const bool has_room = warm_.size() < warm_target_ || rule_ == Rule::Recency;
    Heat heat = has_room ? Heat::Warm : Heat::Cold;
    if (!has_room && comes_back) heat = make_room(page.stamp, budget, sampler);
    page.bits &= static_cast<uint8_t>(~kComesBack);
    page.stamp = clock_.now();
    settle(page, heat);
  }
}

PolicyPage* ResidentSet::take_warm(uint32_t& budget, Sampler& sampler) {
  for (uint32_t left = std::min(warm_.size(), budget); left != 0; --left) {
    PolicyPage& page = *warm_.front();
    --budget;
    if (!sampler.test_and_clear(page)) break;
    page.stamp = clock_.now();
    warm_.turn();
  }
  return warm_.pop_front();
}

// Null where there is no cold page, or all of them have become warm.
PolicyPage* ResidentSet::take_cold(uint32_t& budget, Sampler& sampler) {
  for (uint32_t left = cold_.size(); left != 0 && budget != 0; --left) {
    PolicyPage& page = *cold_.front();
    --budget;
    if (!sampler.test_and_clear(page)) break;
    cold_.remove(page);
    const Heat heat = heat_of(page, budget, sampler);
    page.stamp = clock_.now();
    settle(page, heat);
  }
  return cold_.pop_front();
}

PolicyPage* ResidentSet::pick_victim(Sampler& sampler) {
  uint32_t budget = kQuestions;
  PolicyPage* page = nullptr;
  if (rule_ == Rule::Recency || warm_.size() <= warm_target_) page = take_cold(budget, sampler);
  if (page == nullptr) page = take_warm(budget, sampler);
  if (page == nullptr) page = cold_.pop_front();
  return page != nullptr ? page : fresh_.pop_front();
}

}  // namespace mobius::mm
