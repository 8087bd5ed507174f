// random: any page may go, each as likely as the next. The worked example of docs/policies.md.
//
// A hand goes round the pages and skips 0 to 31 of them, drawn anew each time, before it takes one.
#include "mm/replacement/one_list_policy.h"
#include "mm/replacement/registry.h"

namespace mobius::mm {
namespace {

class Random final : public OneListPolicy {
 public:
  std::string_view name() const override { return "random"; }
  PolicyPage* pick_victim(Sampler&) override {
    if (pages_.empty()) return nullptr;
    for (uint32_t skip = draw() % 32; skip != 0; --skip) pages_.turn();
    return pages_.pop_front();
  }

 private:
  uint32_t draw() {  // xorshift: repeatable, and good enough to choose a page
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    return state_;
  }
  uint32_t state_ = 2463534242u;
};

}  // namespace

ReplacementPolicy* make_random(std::span<std::byte> storage) {
  return make_policy_in<Random>(storage);
}

}  // namespace mobius::mm
