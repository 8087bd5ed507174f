// clock: CLOCK as it is usually written. The hand stands before the first page of the list; a page
// whose accessed bit is set gets a second chance and goes behind the hand. A page that has just
// come in keeps the bit that its own fault sets, so every page survives one turn of the hand.
#include "mm/replacement/page_list.h"
#include "mm/replacement/registry.h"

namespace mobius::mm {
namespace {

class Clock final : public ReplacementPolicy {
 public:
  std::string_view name() const override { return "clock"; }
  void set_capacity(uint32_t) override {}

  void faulted_in(PolicyPage& page, Shadow, uint32_t) override { pages_.push_back(page); }
  void read_ahead(PolicyPage& page, Shadow, uint32_t) override { pages_.push_back(page); }
  void removed(PolicyPage& page) override { pages_.remove(page); }

  void age(uint32_t, Sampler&) override {}
  PolicyPage* pick_victim(Sampler& sampler) override {
    // Others may be referenced while the hand turns, but one whole turn has cleared every bit.
    for (uint32_t left = pages_.size(); left != 0; --left) {
      if (!sampler.test_and_clear(*pages_.front())) break;
      pages_.turn();
    }
    return pages_.pop_front();
  }
  Shadow evicted(PolicyPage&, uint32_t) override { return kNoShadow; }
  void kept(PolicyPage& page, Kept) override { pages_.push_back(page); }

  uint32_t size() const override { return pages_.size(); }

 private:
  PageList<1> pages_;
};

}  // namespace

ReplacementPolicy* make_clock(std::span<std::byte> storage) {
  return make_policy_in<Clock>(storage);
}

}  // namespace mobius::mm
