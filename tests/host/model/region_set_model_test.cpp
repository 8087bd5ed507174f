// RegionSet against a plain std::map of intervals: a million random operations, every answer
// compared. The set is small enough that regions crowd, touch and fill the range.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <memory>
#include <random>

#include "mm/ranges/region_set.h"
#include "sim/random.h"

namespace mobius::mm {
namespace {

// begin page -> end page, and what the questions about it mean, in the plainest words.
class IntervalModel {
 public:
  IntervalModel(uint32_t begin, uint32_t end) : begin_(begin), end_(end) {}

  std::map<uint32_t, uint32_t> regions;

  bool is_free(uint32_t begin, uint32_t end) const {
    if (begin < begin_ || end > end_) return false;
    for (auto [b, e] : regions) {
      if (b < end && begin < e) return false;
    }
    return true;
  }
  // Every gap, as (begin, end), in order.
  template <typename Visit>
  void for_each_gap(Visit visit) const {
    uint32_t at = begin_;
    for (auto [b, e] : regions) {
      if (at < b) visit(at, b);
      at = e;
    }
    if (at < end_) visit(at, end_);
  }
  std::optional<uint32_t> lowest_at_or_above(uint32_t base, uint32_t pages) const {
    std::optional<uint32_t> found;
    for_each_gap([&](uint32_t b, uint32_t e) {
      uint32_t from = std::max(b, base);
      if (!found && from < e && e - from >= pages) found = from;
    });
    return found;
  }
  std::optional<uint32_t> highest_at_or_below(uint32_t base, uint32_t pages) const {
    std::optional<uint32_t> found;
    for_each_gap([&](uint32_t b, uint32_t e) {
      if (e - b >= pages && b <= base) found = std::min(base, e - pages);
    });
    return found;
  }

 private:
  uint32_t begin_, end_;
};

VirtAddr address(uint32_t page) { return {page << kPageShift}; }
std::optional<uint32_t> page(std::optional<VirtAddr> a) {
  return a ? std::optional(a->page_number()) : std::nullopt;
}

class RegionSetModel : public testing::Test {
 protected:
  RegionSetModel(uint32_t begin = 1, uint32_t end = 400)
      : begin_(begin), end_(end), set_({address(begin), address(end)}), model_(begin, end) {}

  void insert(uint32_t begin, uint32_t pages) {
    auto node = std::make_unique<RegionNode>();
    node->range = VirtRange::of_pages(address(begin), pages);
    set_.insert(*node);
    nodes_[begin] = std::move(node);
    model_.regions[begin] = begin + pages;
  }
  void erase(uint32_t begin) {
    set_.remove(*nodes_.at(begin));
    nodes_.erase(begin);
    model_.regions.erase(begin);
  }
  uint32_t random_page() { return random_.below(end_ + 20); }
  uint32_t random_size() { return 1 + random_.below(random_.chance(8) ? 60 : 6); }
  // Some region: the one at or after a random page, else the first.
  uint32_t random_region() {
    auto it = model_.regions.lower_bound(random_page());
    return it == model_.regions.end() ? model_.regions.begin()->first : it->first;
  }

  void step();
  void resize_some();
  void ask_gaps();
  void ask_regions();
  void compare_whole();
  void run(uint32_t operations, size_t expected_most);

  uint32_t begin_, end_;
  RegionSet set_;
  IntervalModel model_;
  std::map<uint32_t, std::unique_ptr<RegionNode>> nodes_;
  sim::Random random_{1};
  uint32_t step_count_ = 0;
};

void RegionSetModel::resize_some() {
  auto it = model_.regions.find(random_region());
  uint32_t low = it == model_.regions.begin() ? begin_ : std::prev(it)->second;
  uint32_t high = std::next(it) == model_.regions.end() ? end_ : std::next(it)->first;
  uint32_t b = low + random_.below(high - low);
  uint32_t e = b + 1 + random_.below(high - b);
  auto node = std::move(nodes_.at(it->first));
  set_.resize(*node, {address(b), address(e)});
  nodes_.erase(it->first);
  model_.regions.erase(it);
  nodes_[b] = std::move(node);
  model_.regions[b] = e;
}

void RegionSetModel::ask_gaps() {
  uint32_t base = random_page(), pages = random_size();
  ASSERT_EQ(page(set_.find_gap_at_or_above(address(base), pages)),
            model_.lowest_at_or_above(base, pages));
  ASSERT_EQ(page(set_.find_gap_below(address(base), pages)),
            model_.highest_at_or_below(base, pages));
  uint32_t end = base + random_.below(100);
  auto inside = model_.lowest_at_or_above(base, pages);
  if (inside && *inside + pages > end) inside.reset();
  ASSERT_EQ(page(set_.find_gap(pages, {address(base), address(end)})), inside);
}

void RegionSetModel::ask_regions() {
  uint32_t at = random_page(), pages = random_size();
  ASSERT_EQ(set_.is_free(VirtRange::of_pages(address(at), pages)),
            model_.is_free(at, at + pages));
  auto above = model_.regions.upper_bound(at);
  auto it = above;
  bool inside = it != model_.regions.begin() && std::prev(it)->second > at;
  if (inside) --it;
  RegionNode* expected = it == model_.regions.end() ? nullptr : nodes_.at(it->first).get();
  VirtAddr a = address(at) + random_.below(kPageSize);
  ASSERT_EQ(set_.first_at_or_after(a), expected);
  ASSERT_EQ(set_.find(a), inside ? expected : nullptr);
}

void RegionSetModel::step() {
  // Grows for a while, shrinks for a while, and then the set is nearly full or empty by turns.
  bool growing = step_count_++ / 2048 % 2 == 0;
  uint32_t kind = random_.below(10);
  if (kind < (growing ? 7 : 3)) {
    uint32_t pages = random_size();
    uint32_t base = random_.chance(3) ? random_page() : 10;
    if (kind < 2) {  // as VmmAlloc does
      bool above = kind == 0 || base == 10;
      auto found = above ? set_.find_gap_at_or_above(address(base), pages)
                         : set_.find_gap_below(address(base), pages);
      ASSERT_EQ(page(found), above ? model_.lowest_at_or_above(base, pages)
                                   : model_.highest_at_or_below(base, pages));
      if (found) insert(found->page_number(), pages);
    } else if (model_.is_free(base, base + pages)) {
      insert(base, pages);
    }
  } else if (model_.regions.empty()) {
    return;
  } else if (kind < 8) {
    erase(random_region());
  } else {
    resize_some();
  }
}

void RegionSetModel::compare_whole() {
  set_.check();
  ASSERT_EQ(set_.size(), model_.regions.size());
  RegionNode* node = set_.first();
  RegionNode* before = nullptr;
  for (auto [b, e] : model_.regions) {
    ASSERT_NE(node, nullptr);
    ASSERT_EQ(node->range, (VirtRange{address(b), address(e)}));
    ASSERT_EQ(set_.previous(*node), before);
    before = node;
    node = set_.next(*node);
  }
  ASSERT_EQ(node, nullptr);
  ASSERT_EQ(set_.last(), before);
}

uint64_t seed_for_this_run() {
  const char* given = std::getenv("MOBIUS_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 0) : std::random_device{}();
}

void RegionSetModel::run(uint32_t operations, size_t expected_most) {
  uint64_t seed = seed_for_this_run();
  std::printf("seed %#llx (MOBIUS_SEED replays it)\n", static_cast<unsigned long long>(seed));
  random_ = sim::Random(seed);
  size_t most = 0;
  for (uint32_t i = 0; i < operations; ++i) {
    step();
    most = std::max(most, set_.size());
    if (random_.chance(2)) ask_gaps();  // not always: a search remembers things for the next one
    ask_regions();
    if (i % 256 == 0) compare_whole();
    if (HasFatalFailure()) {
      ADD_FAILURE() << "at operation " << i << " of seed " << seed;
      return;
    }
  }
  std::printf("up to %zu regions at once\n", most);
  EXPECT_GE(most, expected_most);
}

// R08, R24: what VmmAlloc's choice of addresses rests on.
TEST_F(RegionSetModel, R24_a_million_random_operations_agree_with_intervals) { run(1'000'000, 80); }

class BigRegionSetModel : public RegionSetModel {
 protected:
  BigRegionSetModel() : RegionSetModel(1, 6000) {}
};

TEST_F(BigRegionSetModel, R24_random_operations_agree_with_intervals) { run(200'000, 200); }

// Free neighbours always merge: whatever the order regions went in and out, an empty set offers
// its whole range, and a filled one nothing.
TEST_F(RegionSetModel, R24_free_neighbours_always_merge) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    random_ = sim::Random(seed);
    while (auto base = set_.find_gap(1, {address(begin_), address(end_)})) {
      uint32_t at = base->page_number();
      uint32_t pages = random_size();
      insert(at, model_.is_free(at, at + pages) ? pages : 1);
    }
    ASSERT_EQ(set_.find_gap_below(address(end_), 1), std::nullopt);
    while (!model_.regions.empty()) {
      uint32_t b = random_region();
      uint32_t e = model_.regions.at(b);
      erase(b);
      ASSERT_TRUE(set_.is_free({address(b), address(e)}));
    }
    ASSERT_EQ(set_.find_gap(end_ - begin_, {address(begin_), address(end_)}), address(begin_));
    set_.check();
  }
}

}  // namespace
}  // namespace mobius::mm
