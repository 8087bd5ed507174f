// ResidentSet: resident pages under one of two rules, which can be changed at any time. clock-pro
// and duel are made of it.
//
//   fresh   came in by a fault; after a grace of M/64 faults its accessed bit is cleared once
//   warm    a CLOCK ring
//   cold    what goes first, in the order of joining
//
// Recency: fresh pages join the ring; victims are taken from its hand. That is clock-grace.
// Reuse: fresh pages join the cold list, of M/24 pages, and victims are taken from there. A page
// that comes back, or is referenced while cold, takes the place of a warm page that has not been
// referenced for longer than this page's last two references are apart (LIRS's rule); so a loop
// larger than memory keeps what it has. Last references are known to M/256 pages that came in: they
// are the stamp of a page, and its shadow when it is gone.
#pragma once

#include "mm/replacement/page_list.h"

namespace mobius::mm {

// The time by which references are told apart, in ticks of n pages that came in.
class ArrivalClock {
 public:
  void set_tick(uint32_t pages) { tick_pages_ = pages; }
  void count_arrival() {
    if (++arrivals_ < tick_pages_) return;
    arrivals_ = 0;
    if (++now_ == kNoShadow) ++now_;
  }
  Shadow now() const { return now_; }

 private:
  uint32_t tick_pages_ = 1;
  uint32_t arrivals_ = 0;  // in this tick
  Shadow now_ = 1;         // wraps, and is never kNoShadow
};

class ResidentSet {
 public:
  enum class Rule : uint8_t { Recency, Reuse };
  // The one bit of PolicyPage::bits that is used here: the page has been here before.
  static constexpr uint8_t kComesBack = 0x01;

  explicit ResidentSet(Rule rule) : rule_(rule) {}
  void set_rule(Rule rule) { rule_ = rule; }

  // As of ReplacementPolicy.
  void set_capacity(uint32_t pages);
  void faulted_in(PolicyPage& page, Shadow shadow) {
    enter(page, shadow);
    fresh_.push_back(page);
  }
  void read_ahead(PolicyPage& page, Shadow shadow) {
    clock_.count_arrival();
    enter(page, shadow);
    settle(page, rule_ == Rule::Recency ? Heat::Warm : Heat::Cold);
  }
  void removed(PolicyPage& page) {
    if (fresh_.holds(page)) return fresh_.remove(page);
    if (warm_.holds(page)) return warm_.remove(page);
    cold_.remove(page);
  }
  void age(uint32_t budget, Sampler& sampler);
  PolicyPage* pick_victim(Sampler& sampler);
  Shadow evicted(const PolicyPage& page) const { return page.stamp; }
  void kept(PolicyPage& page) {
    page.stamp = clock_.now();
    warm_.push_back(page);
  }
  uint32_t size() const { return fresh_.size() + warm_.size() + cold_.size(); }

  // Whether the page's accessed bit may still be that of the access which brought it in.
  static bool is_fresh(const PolicyPage& page) { return page.list == kFresh; }

 private:
  enum : uint8_t { kFresh = 1, kWarm, kCold };
  enum class Heat : uint8_t { Cold, Warm };

  void settle(PolicyPage& page, Heat heat) {
    if (heat == Heat::Warm) return warm_.push_back(page);
    cold_.push_back(page);
  }
  void enter(PolicyPage& page, Shadow shadow) {
    page.bits = shadow != kNoShadow ? kComesBack : 0;
    page.stamp = shadow != kNoShadow ? shadow : clock_.now();
  }
  Heat heat_of(PolicyPage& page, uint32_t& budget, Sampler& sampler);
  Heat make_room(uint16_t last_reference, uint32_t& budget, Sampler& sampler);
  PolicyPage* take_warm(uint32_t& budget, Sampler& sampler);
  PolicyPage* take_cold(uint32_t& budget, Sampler& sampler);

  Rule rule_;
  uint32_t grace_ = 1;
  uint32_t warm_target_ = 1;
  ArrivalClock clock_;  // a tick is M/256 pages
  PageList<kFresh> fresh_;
  PageList<kWarm> warm_;
  PageList<kCold> cold_;
};

}  // namespace mobius::mm
