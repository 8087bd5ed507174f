// clock: CLOCK as it is usually written. The hand stands before the first page of the list; a page
// whose accessed bit is set gets a second chance and goes behind the hand. A page that has just
// come in keeps the bit that its own fault sets, so every page survives one turn of the hand.
#include "mm/replacement/one_list_policy.h"
#include "mm/replacement/registry.h"

namespace mobius::mm {
namespace {

class Clock final : public OneListPolicy {
 public:
  std::string_view name() const override { return "clock"; }
  PolicyPage* pick_victim(Sampler& sampler) override {
    // Others may be referenced while the hand turns, but one whole turn has cleared every bit.
    for (uint32_t left = pages_.size(); left != 0; --left) {
      if (!sampler.test_and_clear(*pages_.front())) break;
      pages_.turn();
    }
    return pages_.pop_front();
  }
};

}  // namespace

ReplacementPolicy* make_clock(std::span<std::byte> storage) {
  return make_policy_in<Clock>(storage);
}

}  // namespace mobius::mm
