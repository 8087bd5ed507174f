// clock-pro: keeps the pages whose references are close together, not those referenced last: a page
// is worth what the time between its last two references says. The rule is ResidentSet's Reuse.
#include "mm/replacement/registry.h"
#include "mm/replacement/resident_set.h"

namespace mobius::mm {
namespace {

class ClockPro final : public ReplacementPolicy {
 public:
  std::string_view name() const override { return "clock-pro"; }
  void set_capacity(uint32_t pages) override { set_.set_capacity(pages); }

  void faulted_in(PolicyPage& page, Shadow shadow, uint32_t) override {
    set_.faulted_in(page, shadow);
  }
  void read_ahead(PolicyPage& page, Shadow shadow, uint32_t) override {
    set_.read_ahead(page, shadow);
  }
  void removed(PolicyPage& page) override { set_.removed(page); }

  void age(uint32_t budget, Sampler& sampler) override { set_.age(budget, sampler); }
  PolicyPage* pick_victim(Sampler& sampler) override { return set_.pick_victim(sampler); }
  Shadow evicted(PolicyPage& page, uint32_t) override { return set_.evicted(page); }
  void stays(PolicyPage& page, Stays) override { set_.kept(page); }

  uint32_t size() const override { return set_.size(); }

 private:
  ResidentSet set_{ResidentSet::Rule::Reuse};
};

}  // namespace

ReplacementPolicy* make_clock_pro(std::span<std::byte> storage) {
  return make_policy_in<ClockPro>(storage);
}

}  // namespace mobius::mm
