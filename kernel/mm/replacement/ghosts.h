// Ghosts: what would happen under either rule of ResidentSet, tried on a sample of the pages.
//
// One page in 2^n is sampled, by its identity; two sets of ghost pages, each 1/2^n of memory, live
// through the sample's faults and references, one under each rule. What only one of them has to
// fetch counts against its rule. Everything is inside the object: a ghost has no memory behind it.
// References to sampled pages that are resident are found by a hand that goes round the sample
// while M/8 pages come in; `PolicyPage::bits` carries them between the ghosts and the policy.
#pragma once

#include "mm/replacement/rule_trial.h"

namespace mobius::mm {

class Ghosts {
 public:
  // In PolicyPage::bits of a resident page; ResidentSet leaves these alone.
  static constexpr uint8_t kSampled = 0x02;
  static constexpr uint8_t kSeenByHand = 0x04;    // referenced, the policy does not know it yet
  static constexpr uint8_t kSeenByPolicy = 0x08;  // referenced, the ghosts do not know it yet
  static constexpr unsigned kChainShift = 4;      // above: which chain its ghost is in

  void set_capacity(uint32_t pages);

  // A page has come in by a fault; `page` is new in its list. Cheap unless it is of the sample.
  void faulted_in(PolicyPage& page, uint32_t identity) {
    if ((identity & sample_mask_) == 0) sampled_fault(page, identity);
  }
  void read_ahead(PolicyPage& page, uint32_t identity) {
    to_pass_ += per_fault_;  // the hand goes with the pages that come in
    if ((identity & sample_mask_) == 0) sampled_read_ahead(page, identity);
  }
  // The page is no longer the policy's. Freed: it will not come back.
  enum class Gone : uint8_t { Freed, Evicted };
  void gone(PolicyPage& page, Gone why) {
    if ((page.bits & kSampled) != 0) sampled_gone(page, why);
  }
  // Once a fault: asks about a few of the sample, at most `budget`. Returns the questions asked.
  uint32_t age(uint32_t budget, Sampler& sampler);

  // Which rule does better of late.
  ResidentSet::Rule better() const { return trial_.better(); }

 private:
  static constexpr unsigned kMaxSample = 448;  // frames of a ghost set
  static constexpr unsigned kLeastShift = 3;   // at most one page in 8 is sampled

  void forget_all();
  void sampled_fault(PolicyPage& page, uint32_t identity);
  void sampled_read_ahead(PolicyPage& page, uint32_t identity);
  void sampled_gone(PolicyPage& page, Gone why);
  Ghost& find_or_take(uint32_t identity);
  void drop(Ghost& ghost);
  void bind(Ghost& ghost, PolicyPage& page);
  static bool seen(PolicyPage& page, Sampler& sampler);
  void refer_unless_ahead(Ghost& ghost);

  GhostTable table_;
  RuleTrial trial_;
  uint32_t sample_mask_ = ~0u;
  uint32_t per_fault_ = 0;  // ghosts that the hand passes in a fault, in 1/65536
  uint32_t to_pass_ = 0;    // ghosts that it has still to pass, likewise
  uint16_t hand_ = 0;
};

}  // namespace mobius::mm
