// ResidentSet: resident pages under one of two rules, which can be changed at any time. clock-pro
// and duel are made of it.
//
//   fresh   came in by a fault; after a grace of M/64 faults its accessed bit is cleared once
//   warm    a CLOCK ring
//   cold    what goes first, in the order of joining
//
// Recency: fresh pages join the ring; victims are taken from its hand. Exactly clock-grace.
// Reuse: fresh pages join the cold list, of M/32 pages, and victims are taken from there. A page
// that comes back, or is referenced while cold, takes the place of a warm page that has not been
// referenced for longer than this page's last two references are apart (LIRS's rule); so a loop
// larger than memory keeps what it has. Last references are known to M/256 faults: the stamp of a
// page, and what is remembered of it when it is gone.
#pragma once

#include "mm/replacement/page_list.h"

namespace mobius::mm {

class ResidentSet {
 public:
  enum class Rule : uint8_t { Recency, Reuse };

  explicit ResidentSet(Rule rule) : rule_(rule) {}

  Rule rule() const { return rule_; }
  void set_rule(Rule rule) { rule_ = rule; }
  void set_capacity(uint32_t pages);

  // As of ReplacementPolicy.
  void faulted_in(PolicyPage& page, Shadow shadow);
  void read_ahead(PolicyPage& page, Shadow shadow);
  void removed(PolicyPage& page) { list_of(page).remove(page); }
  void age(uint32_t budget, Sampler& sampler);
  PolicyPage* pick_victim(Sampler& sampler);
  Shadow evicted(PolicyPage& page) { return page.stamp; }
  void kept(PolicyPage& page) { warm_.push_back(page); }
  uint32_t size() const { return fresh_.size() + warm_.size() + cold_.size(); }

 private:
  PageList& list_of(const PolicyPage& page) {
    return page.list == fresh_.id() ? fresh_ : page.list == warm_.id() ? warm_ : cold_;
  }
  void tick();
  bool older(uint16_t a, uint16_t b) const { return static_cast<int16_t>(a - b) < 0; }
  void graduate(PolicyPage& page);
  bool make_room_for(uint16_t last_reference, Sampler& sampler);
  PolicyPage* take_warm(Sampler& sampler);
  PolicyPage* take_cold(Sampler& sampler);

  Rule rule_;
  uint32_t grace_ = 1;
  uint32_t cold_target_ = 1;
  uint32_t warm_target_ = 1;
  uint32_t tick_length_ = 1;
  uint32_t ticks_ = 0;
  uint16_t now_ = 1;
  PageList fresh_{1};
  PageList warm_{2};
  PageList cold_{3};
};

}  // namespace mobius::mm
