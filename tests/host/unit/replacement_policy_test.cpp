// Every replacement policy by its interface: pages are neither lost nor doubled whatever happens in
// whatever legal order, budgets hold, and the simple ones evict in exactly the order of the book.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "mm/replacement/registry.h"
#include "sim/random.h"

namespace mobius::mm {
namespace {

struct TestPage : PolicyPage {
  uint32_t identity = 0;
  Shadow shadow = kNoShadow;
  enum class Where { Out, Policy, Victim } where = Where::Out;
  bool accessed = false;
};

class TestSampler final : public Sampler {
 public:
  bool test_and_clear(PolicyPage& page) override {
    ++tests;
    EXPECT_NE(page.list, 0) << "a page is asked about that is not the policy's";
    TestPage& p = static_cast<TestPage&>(page);
    EXPECT_EQ(p.where, TestPage::Where::Policy);
    return std::exchange(p.accessed, false);
  }
  uint64_t tests = 0;
};

class Made {
 public:
  explicit Made(std::string_view name, uint32_t capacity) : storage_(new Storage) {
    policy_ = make_policy(name, storage_->bytes);
    if (policy_ != nullptr) policy_->set_capacity(capacity);
  }
  ReplacementPolicy* operator->() { return policy_; }
  ReplacementPolicy* get() { return policy_; }

 private:
  struct Storage {
    alignas(kPolicyAlignment) std::byte bytes[kPolicyStorage];
  };
  std::unique_ptr<Storage> storage_;
  ReplacementPolicy* policy_ = nullptr;
};

class PolicyTest : public testing::TestWithParam<std::string_view> {};

// One random legal history over `pages` pages, all calls of the interface mixed.
class History {
 public:
  History(std::string_view name, uint64_t seed, uint32_t pages, uint32_t capacity)
      : random_(seed), pages_(pages), policy_(name, capacity) {
    for (TestPage& p : pages_) p.identity = static_cast<uint32_t>(random_.next());
  }

  void step() {
    TestPage& page = pages_[random_.below(pages_.size())];
    switch (random_.below(8)) {
      case 0: return come_in(page, true);
      case 1: return come_in(page, random_.chance(3));
      case 2: return remove(page);
      case 3: return age();
      case 4: return pick();
      case 5: return resolve(page);
      case 6:
        if (random_.chance(50)) policy_->set_capacity(random_.below(pages_.size() * 2));
        return;
      default: page.accessed = true;
    }
  }
  void check() {
    uint32_t resident = 0;
    for (const TestPage& p : pages_) {
      resident += p.where == TestPage::Where::Policy;
      ASSERT_EQ(p.list != 0, p.where == TestPage::Where::Policy);
    }
    ASSERT_EQ(policy_->size(), resident);
  }
  // Everything comes out, each page once.
  void drain() {
    for (TestPage& p : pages_) resolve(p);
    while (policy_->size() != 0) {
      const uint32_t before = policy_->size();
      pick();
      ASSERT_EQ(policy_->size(), before - 1);
    }
    EXPECT_EQ(policy_->pick_victim(sampler_), nullptr);
    for (TestPage& p : pages_) EXPECT_NE(p.where, TestPage::Where::Policy);
  }

 private:
  void come_in(TestPage& page, bool asked_for) {
    if (page.where != TestPage::Where::Out) return;
    page.where = TestPage::Where::Policy;
    page.accessed = asked_for;
    if (asked_for) {
      policy_->faulted_in(page, page.shadow, page.identity);
    } else {
      policy_->read_ahead(page, page.shadow, page.identity);
    }
  }
  void remove(TestPage& page) {
    if (page.where != TestPage::Where::Policy) return;
    policy_->removed(page);
    page.where = TestPage::Where::Out;
    page.shadow = kNoShadow;
    // As in a record that is used again.
    page.bits = 0xA5;
    page.stamp = 0x5A5A;
    page.prev = page.next = nullptr;
  }
  void age() {
    const uint32_t budget = random_.below(20);
    const uint64_t before = sampler_.tests;
    policy_->age(budget, sampler_);
    EXPECT_LE(sampler_.tests - before, budget);
  }
  void pick() {
    const uint32_t before = policy_->size();
    PolicyPage* const victim = policy_->pick_victim(sampler_);
    ASSERT_EQ(victim == nullptr, before == 0) << "a victim wherever there is a page";
    if (victim == nullptr) return;
    TestPage& page = static_cast<TestPage&>(*victim);
    ASSERT_EQ(page.where, TestPage::Where::Policy);
    ASSERT_EQ(page.list, 0);
    page.where = TestPage::Where::Victim;
  }
  void resolve(TestPage& page) {
    if (page.where != TestPage::Where::Victim) return;
    if (random_.chance(4)) {
      page.where = TestPage::Where::Policy;
      policy_->stays(page, random_.chance(2) ? ReplacementPolicy::Stays::Reactivated
                                            : ReplacementPolicy::Stays::WriteFailed);
      return;
    }
    page.shadow = policy_->evicted(page, page.identity);
    page.where = TestPage::Where::Out;
  }

  sim::Random random_;
  std::vector<TestPage> pages_;
  TestSampler sampler_;
  Made policy_;
};

TEST_P(PolicyTest, knows_every_page_exactly_once_through_any_legal_history) {
  for (uint64_t seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    const uint32_t pages = 1u << (seed % 10);
    History history(GetParam(), seed, pages, pages / 2);
    for (int i = 0; i < 4000; ++i) {
      history.step();
      if (i % 64 == 0) history.check();
      if (HasFatalFailure()) return;
    }
    history.drain();
  }
}

TEST_P(PolicyTest, says_its_own_name) {
  Made policy(GetParam(), 100);
  EXPECT_EQ(policy->name(), GetParam());
}

TEST_P(PolicyTest, victims_asked_for_in_a_row_are_all_different) {
  std::vector<TestPage> pages(200);
  Made policy(GetParam(), 200);
  TestSampler sampler;
  for (TestPage& p : pages) {
    p.where = TestPage::Where::Policy;
    p.accessed = true;
    p.identity = static_cast<uint32_t>(&p - pages.data()) * 2654435761u;
    policy->faulted_in(p, kNoShadow, p.identity);
    policy->age(16, sampler);
  }
  for (size_t i = 0; i < pages.size(); ++i) {
    PolicyPage* const victim = policy->pick_victim(sampler);
    ASSERT_NE(victim, nullptr);
    ASSERT_EQ(static_cast<TestPage*>(victim)->where, TestPage::Where::Policy);
    static_cast<TestPage*>(victim)->where = TestPage::Where::Victim;
  }
  EXPECT_EQ(policy->pick_victim(sampler), nullptr);
}

// Answers for pages that exist, and says so of all others.
class LivePages final : public Sampler {
 public:
  bool test_and_clear(PolicyPage& page) override {
    EXPECT_TRUE(pages.contains(&page)) << "a page is asked about that is gone";
    return true;
  }
  std::set<const PolicyPage*> pages;
};

TEST_P(PolicyTest, forgets_a_page_that_is_gone_however_it_went) {
  constexpr uint32_t kCapacity = 256;
  sim::Random random(5);
  Made policy(GetParam(), kCapacity);
  LivePages live;
  std::vector<std::unique_ptr<TestPage>> in;
  for (int round = 0; round < 4000; ++round) {
    policy->age(16, live);
    auto page = std::make_unique<TestPage>();
    page->identity = static_cast<uint32_t>(random.next());
    live.pages.insert(page.get());
    policy->faulted_in(*page, kNoShadow, page->identity);
    in.push_back(std::move(page));
    if (in.size() < kCapacity) continue;
    PolicyPage* gone = in[random.below(in.size())].get();
    const uint32_t how = random.below(3);
    if (how == 0) {
      policy->removed(*gone);
    } else {
      gone = policy->pick_victim(live);
      // Or it is freed while it is a victim, and the policy hears no more of it.
      if (how == 1) policy->evicted(*gone, static_cast<TestPage*>(gone)->identity);
    }
    live.pages.erase(gone);
    std::erase_if(in, [gone](const auto& p) { return p.get() == gone; });
    if (HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(All, PolicyTest,
                         testing::ValuesIn(policy_names().begin(), policy_names().end()),
                         [](const auto& info) {
                           std::string name(info.param);
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

TEST(PolicyRegistry, makes_no_policy_of_an_unknown_name) {
  EXPECT_EQ(Made("lru", 1).get(), nullptr);
  EXPECT_EQ(Made("", 1).get(), nullptr);
  EXPECT_EQ(Made("fif", 1).get(), nullptr);
}

TEST(PolicyRegistry, the_default_is_one_of_them) {
  EXPECT_NE(std::ranges::find(policy_names(), kDefaultPolicy), policy_names().end());
}

// A machine of a few frames: the order of victims of a string of pages, "AB" and so on. After a
// fault the access is repeated and sets the accessed bit.
class Evictions {
 public:
  Evictions(std::string_view name, uint32_t frames) : frames_(frames), policy_(name, frames) {}
  std::string of(std::string_view string) {
    for (char c : string) reference(pages_[static_cast<size_t>(c - 'A')]);
    return victims_;
  }

 private:
  void reference(TestPage& page) {
    if (page.where == TestPage::Where::Out) {
      if (policy_->size() == frames_) {
        auto& victim = static_cast<TestPage&>(*policy_->pick_victim(sampler_));
        victims_ += static_cast<char>('A' + (&victim - pages_));
        victim.shadow = policy_->evicted(victim, 0);
        victim.where = TestPage::Where::Out;
        victim.accessed = false;
      }
      policy_->age(16, sampler_);
      policy_->faulted_in(page, page.shadow, 0);
      page.where = TestPage::Where::Policy;
    }
    page.accessed = true;
  }
  TestPage pages_[26];
  uint32_t frames_;
  TestSampler sampler_;
  Made policy_;
  std::string victims_;
};

TEST(Fifo, evicts_in_the_order_of_coming_in) {
  EXPECT_EQ(Evictions("fifo", 3).of("ABCABCDAEFBG"), "ABCDAE");
}

TEST(Clock, gives_referenced_pages_a_second_chance) {
  // D: all bits are set (their own faults set them), the hand clears A, B, C and takes A. B is
  // referenced: C goes for E. Then D and E (own faults) and B are cleared: D goes, F in.
  EXPECT_EQ(Evictions("clock", 3).of("ABCDBEF"), "ACB");
}

TEST(Clock, evicts_like_fifo_when_every_page_is_referenced_all_the_time) {
  EXPECT_EQ(Evictions("clock", 3).of("ABCABCDBCDE"), "AB");
}

TEST(ClockGrace, forgets_the_access_that_brought_the_page_in) {
  // Grace of one fault: when E comes, A and B have been forgiven theirs, and B was used again.
  EXPECT_EQ(Evictions("clock-grace", 4).of("ABCDBEF"), "AC");
  EXPECT_EQ(Evictions("clock", 4).of("ABCDBEF"), "AB");  // B's use says nothing there
}

}  // namespace
}  // namespace mobius::mm
