// RuleTrial: both rules of ResidentSet, each with a set of ghosts in which all of the sample's
// references happen. What only one of them has to fetch counts against its rule.
#pragma once

#include "mm/replacement/ghost_table.h"
#include "mm/replacement/resident_set.h"

namespace mobius::mm {

class RuleTrial {
 public:
  // Of either set.
  void set_capacity(uint32_t ghosts);
  // The ghost's page is referenced: comes into the sets that do not have it.
  void refer(Ghost& ghost);
  // Out of both sets.
  void leave(Ghost& ghost);
  void forget_score() { score_ = 0; }

  // Which rule does better of late.
  ResidentSet::Rule better() const { return better_; }

 private:
  class SeatSampler final : public Sampler {
   public:
    bool test_and_clear(PolicyPage& page) override;
  };

  bool refer(ResidentSet& set, GhostSeat& seat);
  void judge(bool recency_missed, bool reuse_missed);

  ResidentSet recency_{ResidentSet::Rule::Recency};
  ResidentSet reuse_{ResidentSet::Rule::Reuse};
  SeatSampler seats_;
  uint32_t capacity_ = 0;
  int32_t score_ = 0;  // pages fetched by Recency alone less those by Reuse alone, of late
  uint32_t until_decay_ = 0;
  ResidentSet::Rule better_ = ResidentSet::Rule::Recency;
};

}  // namespace mobius::mm
