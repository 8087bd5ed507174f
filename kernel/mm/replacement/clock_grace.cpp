// clock-grace: CLOCK that does not mistake the access which brought a page in for a second use.
//
// A page that has come in waits for M/64 faults (M: pages that can be resident); then its accessed
// bit is cleared once, whatever it says, and the page goes behind the hand. Only what is referenced
// after that counts. The grace is counted in faults, so an idle machine does not age.
#include <algorithm>

#include "mm/replacement/page_list.h"
#include "mm/replacement/registry.h"

namespace mobius::mm {
namespace {

class ClockGrace final : public ReplacementPolicy {
 public:
  std::string_view name() const override { return "clock-grace"; }
  void set_capacity(uint32_t pages) override { grace_ = std::max(pages / 64, 1u); }

  void faulted_in(PolicyPage& page, Shadow, uint32_t) override { fresh_.push_back(page); }
  // No access brought the page in: there is nothing to forgive.
  void read_ahead(PolicyPage& page, Shadow, uint32_t) override { clock_.push_back(page); }
  void removed(PolicyPage& page) override {
    if (fresh_.holds(page)) return fresh_.remove(page);
    clock_.remove(page);
  }

  void age(uint32_t budget, Sampler& sampler) override {
    for (; budget != 0 && fresh_.size() > grace_; --budget) {
      sampler.test_and_clear(*fresh_.front());
      clock_.push_back(*fresh_.pop_front());
    }
  }

  PolicyPage* pick_victim(Sampler& sampler) override {
    for (uint32_t left = std::min(clock_.size(), kQuestions); left != 0; --left) {
      if (!sampler.test_and_clear(*clock_.front())) break;
      clock_.turn();
    }
    PolicyPage* const page = clock_.pop_front();
    return page != nullptr ? page : fresh_.pop_front();
  }
  Shadow evicted(PolicyPage&, uint32_t) override { return kNoShadow; }
  void stays(PolicyPage& page, Stays) override { clock_.push_back(page); }

  uint32_t size() const override { return fresh_.size() + clock_.size(); }

 private:
  // For one victim: a whole turn of the hand would take too long where memory is large.
  static constexpr uint32_t kQuestions = 1024;

  uint32_t grace_ = 1;
  PageList<1> fresh_;
  PageList<2> clock_;
};

}  // namespace

ReplacementPolicy* make_clock_grace(std::span<std::byte> storage) {
  return make_policy_in<ClockGrace>(storage);
}

}  // namespace mobius::mm
