// duel: keeps what was referenced last, or what is referenced most closely, whichever has served
// better of late: clock-grace or clock-pro, chosen by what a sample of ghosts would have fetched.
#include "mm/replacement/ghosts.h"
#include "mm/replacement/registry.h"
#include "mm/replacement/resident_set.h"

namespace mobius::mm {
namespace {

// Asks the machine, and the hand of the ghosts, which may have cleared the machine's bit.
class SharingSampler final : public Sampler {
 public:
  explicit SharingSampler(Sampler& machine) : machine_(machine) {}
  bool test_and_clear(PolicyPage& page) override {
    const bool referenced = machine_.test_and_clear(page);
    if ((page.bits & Ghosts::kSampled) == 0) return referenced;
    const bool seen = (page.bits & Ghosts::kSeenByHand) != 0;
    page.bits &= static_cast<uint8_t>(~Ghosts::kSeenByHand);
    if (referenced && !ResidentSet::is_fresh(page)) page.bits |= Ghosts::kSeenByPolicy;
    return referenced || seen;
  }

 private:
  Sampler& machine_;
};

class Duel final : public ReplacementPolicy {
 public:
  std::string_view name() const override { return "duel"; }
  void set_capacity(uint32_t pages) override {
    set_.set_capacity(pages);
    ghosts_.set_capacity(pages);
  }

  void faulted_in(PolicyPage& page, Shadow shadow, uint32_t identity) override {
    set_.faulted_in(page, shadow);
    ghosts_.faulted_in(page, identity);
  }
  void read_ahead(PolicyPage& page, Shadow shadow, uint32_t identity) override {
    set_.read_ahead(page, shadow);
    ghosts_.read_ahead(page, identity);
  }
  void removed(PolicyPage& page) override {
    set_.removed(page);
    ghosts_.gone(page, Ghosts::Gone::Freed);
  }

  void age(uint32_t budget, Sampler& sampler) override {
    budget -= ghosts_.age(budget / 2, sampler);
    set_.set_rule(ghosts_.better());
    SharingSampler sharing(sampler);
    set_.age(budget, sharing);
  }
  PolicyPage* pick_victim(Sampler& sampler) override {
    SharingSampler sharing(sampler);
    PolicyPage* const page = set_.pick_victim(sharing);
    if (page != nullptr) ghosts_.gone(*page, Ghosts::Gone::Evicted);
    return page;
  }
  Shadow evicted(PolicyPage& page, uint32_t) override { return set_.evicted(page); }
  void stays(PolicyPage& page, Stays) override { set_.kept(page); }

  uint32_t size() const override { return set_.size(); }

 private:
  ResidentSet set_{ResidentSet::Rule::Recency};
  Ghosts ghosts_;
};

}  // namespace

ReplacementPolicy* make_duel(std::span<std::byte> storage) {
  return make_policy_in<Duel>(storage);
}

}  // namespace mobius::mm
