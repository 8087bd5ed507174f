// ResidentSet: the two rules.
#include "mm/replacement/resident_set.h"

#include <algorithm>
#include <cstdlib>

namespace mobius::mm {
namespace {

enum PageBits : uint8_t { kComesBack = 1 };
static int env(const char*, int d) { return d; }

}  // namespace

void ResidentSet::set_capacity(uint32_t pages) {
  static const int gd = env("GRACE", 64), cd = env("COLD", 32), td = env("TICK", 256);
  grace_ = std::max(pages / gd, 1u);
  cold_target_ = std::max(pages / cd, 1u);
  warm_target_ = pages - std::min(cold_target_ + grace_, pages);
  tick_length_ = std::max(pages / td, 1u);
}

void ResidentSet::tick() {
  if (++ticks_ < tick_length_) return;
  ticks_ = 0;
  if (++now_ == kNoShadow) ++now_;
}

void ResidentSet::faulted_in(PolicyPage& page, Shadow shadow) {
  tick();
  page.bits = shadow != kNoShadow ? kComesBack : 0;
  page.stamp = shadow != kNoShadow ? shadow : now_;
  fresh_.push_back(page);
}

void ResidentSet::read_ahead(PolicyPage& page, Shadow shadow) {
  page.bits = 0;
  page.stamp = shadow != kNoShadow ? shadow : now_;
  (rule_ == Rule::Recency ? warm_ : cold_).push_back(page);
}

// Whether there is, or can be made, room among the warm pages for one last referenced (before just
// now) at that time: finds one that is unreferenced since before then.
bool ResidentSet::make_room_for(uint16_t last_reference, Sampler& sampler) {
  static const int steps = env("STEPS", 4);
  if (warm_.size() < warm_target_) return true;
  for (int left = steps; left != 0 && !warm_.empty(); --left) {
    PolicyPage& oldest = *warm_.front();
    if (sampler.test_and_clear(oldest)) {
      oldest.stamp = now_;
      warm_.turn();
      continue;
    }
    if (!older(oldest.stamp, last_reference)) return false;
    warm_.remove(oldest);
    cold_.push_back(oldest);
    return true;
  }
  return false;
}

void ResidentSet::age(uint32_t budget, Sampler& sampler) {
  static const int steps = env("STEPS", 4);
  for (; budget > (uint32_t)steps && fresh_.size() > grace_; --budget) {
    PolicyPage& page = *fresh_.front();
    sampler.test_and_clear(page);
    fresh_.remove(page);
    const uint16_t before = page.stamp;
    page.stamp = now_;
    if (rule_ == Rule::Recency) {
      warm_.push_back(page);
    } else if (warm_.size() < warm_target_ ||
               ((page.bits & kComesBack) != 0 && make_room_for(before, sampler))) {
      warm_.push_back(page);
      budget -= steps;
    } else {
      cold_.push_back(page);
    }
    page.bits &= static_cast<uint8_t>(~kComesBack);
  }
}

PolicyPage* ResidentSet::take_warm(Sampler& sampler) {
  for (uint32_t left = warm_.size(); left != 0; --left) {
    PolicyPage& page = *warm_.front();
    if (!sampler.test_and_clear(page)) break;
    page.stamp = now_;
    warm_.turn();
  }
  return warm_.pop_front();
}

PolicyPage* ResidentSet::take_cold(Sampler& sampler) {
  for (uint32_t left = cold_.size(); left != 0; --left) {
    PolicyPage& page = *cold_.front();
    if (!sampler.test_and_clear(page)) break;
    cold_.remove(page);
    const bool warm = rule_ == Rule::Recency || make_room_for(page.stamp, sampler);
    page.stamp = now_;
    (warm ? warm_ : cold_).push_back(page);
  }
  return cold_.pop_front();
}

PolicyPage* ResidentSet::pick_victim(Sampler& sampler) {
  PolicyPage* page = nullptr;
  if (rule_ == Rule::Recency || warm_.size() <= warm_target_) page = take_cold(sampler);
  if (page == nullptr) page = take_warm(sampler);
  if (page == nullptr) page = cold_.pop_front();
  return page != nullptr ? page : fresh_.pop_front();
}

}  // namespace mobius::mm
