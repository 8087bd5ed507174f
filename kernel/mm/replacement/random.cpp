// random: any page may go, each as likely as the next. The worked example of docs/policies.md.
//
// A hand goes round the pages and skips 0 to 31 of them, drawn anew each time, before it takes one.
#include "mm/replacement/page_list.h"
#include "mm/replacement/registry.h"

namespace mobius::mm {
namespace {

class Random final : public ReplacementPolicy {
 public:
  std::string_view name() const override { return "random"; }
  void set_capacity(uint32_t) override {}

  void faulted_in(PolicyPage& page, Shadow, uint32_t) override { pages_.push_back(page); }
  void read_ahead(PolicyPage& page, Shadow, uint32_t) override { pages_.push_back(page); }
  void removed(PolicyPage& page) override { pages_.remove(page); }

  void age(uint32_t, Sampler&) override {}
  PolicyPage* pick_victim(Sampler&) override {
    if (pages_.empty()) return nullptr;
    for (uint32_t skip = draw() % 32; skip != 0; --skip) pages_.turn();
    return pages_.pop_front();
  }
  Shadow evicted(PolicyPage&, uint32_t) override { return kNoShadow; }
  void kept(PolicyPage& page, Kept) override { pages_.push_back(page); }

  uint32_t size() const override { return pages_.size(); }

 private:
  uint32_t draw() {  // xorshift: repeatable, and good enough to choose a page
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    return state_;
  }
  uint32_t state_ = 2463534242u;
  PageList<1> pages_;
};

}  // namespace

ReplacementPolicy* make_random(std::span<std::byte> storage) {
  return make_policy_in<Random>(storage);
}

}  // namespace mobius::mm
