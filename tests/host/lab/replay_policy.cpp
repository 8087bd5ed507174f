// The machine on which the lab runs a kernel's policy: pages, frames, accessed and dirty bits.
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <utility>

#include "lab/replay.h"
#include "mm/replacement/registry.h"
#include "sim/random.h"

namespace mobius::lab {
namespace {

struct Page : mm::PolicyPage {
  uint32_t identity = 0;
  mm::Shadow shadow = mm::kNoShadow;
  bool resident = false, seen = false;
  bool accessed = false, dirty = false;
};

class BitSampler final : public mm::Sampler {
 public:
  bool test_and_clear(mm::PolicyPage& page) override {
    ++tests_;
    return std::exchange(static_cast<Page&>(page).accessed, false);
  }
  uint64_t take_tests() { return std::exchange(tests_, 0); }

 private:
  uint64_t tests_ = 0;
};

class Machine {
 public:
  // As the kernel gives it, once a fault.
  static constexpr uint32_t kAgeBudget = 16;

  Machine(uint32_t pages, uint32_t frames, const std::string& policy)
      : pages_(pages), frames_(frames), storage_(new Storage) {
    sim::Random random(7);
    for (Page& page : pages_) page.identity = static_cast<uint32_t>(random.next());
    policy_ = mm::make_policy(policy, storage_->bytes);
    if (policy_ == nullptr) throw std::runtime_error("no policy is called " + policy);
    policy_->set_capacity(frames);
  }

  void reference(uint32_t number, bool write, Counts& counts) {
    Page& page = pages_[number];
    if (!page.resident) {
      fault(page, counts);
      counts.bit_tests += sampler_.take_tests();
    }
    page.accessed = true;
    page.dirty |= write;
  }

 private:
  struct Storage {
    alignas(mm::kPolicyAlignment) std::byte bytes[mm::kPolicyStorage];
  };

  void fault(Page& page, Counts& counts) {
    ++counts.faults;
    counts.first_touches += !page.seen;
    if (policy_->size() == frames_) evict(counts);
    page.seen = page.resident = true;
    page.accessed = page.dirty = false;
    policy_->age(kAgeBudget, sampler_);
    policy_->faulted_in(page, page.shadow, page.identity);
  }
  void evict(Counts& counts) {
    Page& victim = static_cast<Page&>(*policy_->pick_victim(sampler_));
    counts.dirty_evictions += victim.dirty;
    victim.resident = false;
    victim.shadow = policy_->evicted(victim, victim.identity);
  }

  std::vector<Page> pages_;
  uint32_t frames_;
  BitSampler sampler_;
  std::unique_ptr<Storage> storage_;
  mm::ReplacementPolicy* policy_;
};

}  // namespace

Replay replay_policy(const ReferenceString& string, uint32_t frames, const std::string& policy) {
  Machine machine(string.footprint(), frames, policy);
  Replay parts(string.parts().size());
  size_t part = 0;
  for (size_t i = 0; i < string.size(); ++i) {
    while (part + 1 < parts.size() && string.parts()[part + 1].begin <= i) ++part;
    machine.reference(string.page(i), string.write(i), parts[part]);
  }
  return parts;
}

}  // namespace mobius::lab
