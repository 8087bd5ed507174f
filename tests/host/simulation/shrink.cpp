// Making a failing plan small (shrink.h).
#include "simulation/shrink.h"

#include <algorithm>

namespace mobius::simulation {

namespace {

class Shrinker {
 public:
  Shrinker(Plan plan, const Fails& fails, uint32_t runs)
      : plan_(std::move(plan)), fails_(fails), runs_(runs) {}

  void shorten() {
    uint32_t good = 0;
    while (good + 1 < plan_.operations) {
      Plan half = plan_;
      half.operations = good + (plan_.operations - good) / 2;
      const uint32_t tried = half.operations;
      if (!accept(half)) good = tried;
      if (runs_ == 0) return;
    }
  }
  void leave_out_kinds() {
    for (unsigned kind = 0; kind < kKinds; ++kind) {
      Plan less = plan_;
      less.without |= 1u << kind;
      (void)accept(less);
    }
  }
  void leave_out_operations() {
    for (uint32_t group = plan_.operations / 2; group != 0 && runs_ != 0; group /= 2) {
      for (uint32_t at = 0; at < plan_.operations && runs_ != 0; at += group) {
        Plan less = plan_;
        for (uint32_t i = at; i < std::min(at + group, plan_.operations); ++i) {
          less.dropped.insert(i);
        }
        if (less.dropped.size() != plan_.dropped.size()) (void)accept(less);
      }
    }
  }
  Plan plan() const { return plan_; }

 private:
  bool accept(Plan& tried) {
    if (runs_ == 0) return false;
    --runs_;
    if (fails_(tried).empty()) return false;
    plan_ = std::move(tried);
    return true;
  }

  Plan plan_;
  const Fails& fails_;
  uint32_t runs_;
};

}  // namespace

Plan shrink(Plan plan, const Fails& fails, uint32_t runs) {
  Shrinker shrinker(std::move(plan), fails, runs);
  shrinker.shorten();
  shrinker.leave_out_kinds();
  shrinker.leave_out_operations();
  return shrinker.plan();
}

}  // namespace mobius::simulation
