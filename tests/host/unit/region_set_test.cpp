// The region set: order, neighbours, and where the gaps are; long histories are in model/.
#include "mm/ranges/region_set.h"

#include <gtest/gtest.h>

#include <deque>
#include <vector>

#include "sim/random.h"

namespace mobius::mm {
namespace {

constexpr PageCount kAllPages = kMaxUserPages;

VirtAddr page(uint32_t number) { return {number << kPageShift}; }
VirtRange pages(uint32_t first, PageCount count) { return VirtRange::of_pages(page(first), count); }

class RegionSetTest : public testing::Test {
 protected:
  ~RegionSetTest() override { set_.check(); }
  RegionNode& insert(uint32_t first, PageCount count) {
    nodes_.emplace_back().range = pages(first, count);
    set_.insert(nodes_.back());
    return nodes_.back();
  }
  RegionSet set_;
  std::deque<RegionNode> nodes_;
};

TEST_F(RegionSetTest, R08_an_empty_set_is_one_gap_over_the_user_range) {
  EXPECT_EQ(set_.size(), 0u);
  EXPECT_EQ(set_.first(), nullptr);
  EXPECT_EQ(set_.last(), nullptr);
  EXPECT_EQ(set_.find({0x1000}), nullptr);
  EXPECT_EQ(set_.first_at_or_after({0}), nullptr);
  EXPECT_TRUE(set_.is_free(kUserRange));
  EXPECT_EQ(set_.find_gap(kAllPages, kUserRange), page(1));
  EXPECT_EQ(set_.find_gap(kAllPages + 1, kUserRange), std::nullopt);
  EXPECT_EQ(set_.find_gap(0xFFFFFFFF, kUserRange), std::nullopt);
}

TEST_F(RegionSetTest, R08_page_0_and_the_kernels_half_are_never_free) {
  EXPECT_FALSE(set_.is_free(pages(0, 1)));
  EXPECT_FALSE(set_.is_free(pages(0, 2)));
  EXPECT_FALSE(set_.is_free({{0x7FFFF000}, {0x80001000}}));
  EXPECT_FALSE(set_.is_free({{0x90000000}, {0x90001000}}));
  EXPECT_TRUE(set_.is_free({{0x7FFFF000}, {0x80000000}}));
  EXPECT_EQ(set_.find_gap_at_or_above({0}, 1), page(1));
  EXPECT_EQ(set_.find_gap_at_or_above({0x80000000}, 1), std::nullopt);
  EXPECT_EQ(set_.find_gap_at_or_above({0xFFFFF000}, 1), std::nullopt);
  EXPECT_EQ(set_.find_gap_below({0}, 1), std::nullopt);
  EXPECT_EQ(set_.find_gap_below({0xFFFFF000}, 1), VirtAddr{0x7FFFF000});
  RegionNode& top = insert(0x7FFFF, 1);
  EXPECT_EQ(top.range.end.value, 0x80000000u);
  EXPECT_EQ(set_.find({0x7FFFFFFF}), &top);
  EXPECT_EQ(set_.find({0x80000000}), nullptr);
}

TEST_F(RegionSetTest, regions_are_found_by_any_address_in_them) {
  RegionNode& b = insert(20, 3);
  RegionNode& a = insert(10, 2);
  RegionNode& c = insert(23, 1);
  EXPECT_EQ(set_.find({10 * kPageSize - 1}), nullptr);
  EXPECT_EQ(set_.find(page(10)), &a);
  EXPECT_EQ(set_.find({12 * kPageSize - 1}), &a);
  EXPECT_EQ(set_.find(page(12)), nullptr);
  EXPECT_EQ(set_.find({23 * kPageSize - 1}), &b);
  EXPECT_EQ(set_.find(page(23)), &c);
  EXPECT_EQ(set_.first_at_or_after(page(12)), &b);
  EXPECT_EQ(set_.first_at_or_after({22 * kPageSize + 5}), &b);
  EXPECT_EQ(set_.first_at_or_after(page(24)), nullptr);
  EXPECT_EQ(set_.first(), &a);
  EXPECT_EQ(set_.next(a), &b);
  EXPECT_EQ(set_.next(b), &c);
  EXPECT_EQ(set_.next(c), nullptr);
  EXPECT_EQ(set_.last(), &c);
  EXPECT_EQ(set_.previous(b), &a);
  EXPECT_EQ(set_.previous(a), nullptr);
}

TEST_F(RegionSetTest, R24_the_nearest_gap_above_that_fits_else_the_nearest_below) {
  insert(100, 10);
  insert(112, 10);
  insert(125, kAllPages + 1 - 125);
  EXPECT_EQ(set_.find_gap_at_or_above(page(50), 50), page(50));
  EXPECT_EQ(set_.find_gap_at_or_above(page(50), 51), std::nullopt);
  EXPECT_EQ(set_.find_gap_at_or_above(page(105), 2), page(110));
  EXPECT_EQ(set_.find_gap_at_or_above(page(105), 3), page(122));
  EXPECT_EQ(set_.find_gap_at_or_above(page(111), 1), page(111));
  EXPECT_EQ(set_.find_gap_at_or_above(page(111), 2), page(122));
  EXPECT_EQ(set_.find_gap_at_or_above(page(105), 4), std::nullopt);
  EXPECT_EQ(set_.find_gap_below(page(105), 4), page(96));
  EXPECT_EQ(set_.find_gap_below(page(124), 1), page(124));
  EXPECT_EQ(set_.find_gap_below(page(124), 2), page(123));  // nearer to the base than 110
  EXPECT_EQ(set_.find_gap_below(page(121), 2), page(110));
  EXPECT_EQ(set_.find_gap_below(page(121), 3), page(97));
  EXPECT_EQ(set_.find_gap_below(page(5), 3), page(5));
  EXPECT_EQ(set_.find_gap_below(page(1), 100), std::nullopt);
}

TEST_F(RegionSetTest, R24_a_gap_must_lie_in_the_range_asked_for) {
  insert(10, 10);
  EXPECT_EQ(set_.find_gap(5, pages(8, 17)), page(20));
  EXPECT_EQ(set_.find_gap(5, pages(8, 16)), std::nullopt);
  EXPECT_EQ(set_.find_gap(2, pages(8, 2)), page(8));
  EXPECT_EQ(set_.find_gap(3, pages(8, 2)), std::nullopt);
}

TEST_F(RegionSetTest, R24_a_gap_that_grew_is_found_by_the_next_search) {
  for (uint32_t i = 0; i < 100; ++i) insert(100 + i, 1);
  EXPECT_EQ(set_.find_gap_at_or_above(page(100), 1), page(200));
  EXPECT_EQ(set_.find_gap_at_or_above(page(100), 1), page(200));
  set_.remove(nodes_[50]);
  EXPECT_EQ(set_.find_gap_at_or_above(page(100), 1), page(150));
  EXPECT_EQ(set_.find_gap_at_or_above(page(100), 2), page(200));
  set_.remove(nodes_[51]);
  EXPECT_EQ(set_.find_gap_at_or_above(page(100), 2), page(150));
  set_.resize(nodes_[52], pages(152, 1));
  set_.remove(nodes_[20]);
  EXPECT_EQ(set_.find_gap_at_or_above(page(100), 1), page(120));
}

TEST_F(RegionSetTest, resizing_keeps_order_and_gaps) {
  RegionNode& a = insert(10, 10);
  RegionNode& b = insert(30, 10);
  set_.resize(a, pages(5, 25));
  set_.check();
  EXPECT_FALSE(set_.is_free(pages(29, 1)));
  EXPECT_EQ(set_.find(page(5)), &a);
  set_.resize(a, pages(12, 2));
  set_.check();
  EXPECT_EQ(set_.find_gap_at_or_above(page(10), 3), page(14));
  set_.resize(b, pages(14, kAllPages + 1 - 14));
  set_.check();
  EXPECT_EQ(set_.find_gap_at_or_above(page(12), 1), std::nullopt);
  EXPECT_EQ(set_.size(), 2u);
}

TEST_F(RegionSetTest, R25_free_neighbours_are_one_gap_in_whatever_order_they_became_free) {
  std::vector<uint32_t> order = {0, 1, 2, 3};
  do {
    RegionSet set;
    RegionNode nodes[4];
    for (uint32_t i = 0; i < 4; ++i) {
      nodes[i].range = pages(10 + 5 * i, 5);
      set.insert(nodes[i]);
    }
    for (uint32_t i : order) {
      set.remove(nodes[i]);
      set.check();
    }
    EXPECT_EQ(set.find_gap(kAllPages, kUserRange), page(1));
  } while (std::next_permutation(order.begin(), order.end()));
}

// The original's lookup recursed in an unbalanced tree: sequential allocations overflowed the
// stack. check() asserts the balance.
TEST_F(RegionSetTest, a_hundred_thousand_regions_in_any_order_stay_balanced) {
  constexpr uint32_t kCount = 100'000;
  sim::Random random(3);
  for (int order = 0; order < 3; ++order) {
    RegionSet set;
    std::vector<RegionNode> nodes(kCount);
    std::vector<uint32_t> at(kCount);
    for (uint32_t i = 0; i < kCount; ++i) at[i] = order == 1 ? kCount - 1 - i : i;
    for (uint32_t i = kCount; order == 2 && i > 1; --i) std::swap(at[i - 1], at[random.below(i)]);
    for (uint32_t i = 0; i < kCount; ++i) {
      nodes[i].range = pages(1 + 3 * at[i], 2);
      set.insert(nodes[i]);
    }
    set.check();
    for (uint32_t i = 0; i < kCount; ++i) EXPECT_EQ(set.find(nodes[i].range.begin), &nodes[i]);
    for (uint32_t i = 0; i < kCount; i += 2) set.remove(nodes[i]);
    set.check();
    EXPECT_EQ(set.size(), kCount / 2);
    for (uint32_t i = 1; i < kCount; i += 2) set.remove(nodes[i]);
    EXPECT_TRUE(set.is_free(kUserRange));
  }
}

using RegionSetDeathTest = RegionSetTest;

TEST_F(RegionSetDeathTest, overlaps_and_strays_are_caught) {
  RegionNode& a = insert(10, 10);
  RegionNode& b = insert(30, 10);
  RegionNode other;
  for (VirtRange range : {pages(5, 6), pages(10, 10), pages(12, 2), pages(19, 3), pages(5, 30),
                          pages(0, 1), pages(0, 3), pages(50, 0)}) {
    other.range = range;
    EXPECT_DEATH(set_.insert(other), "KASSERT");
  }
  other.range = {{0x7FFFF000}, {0x80001000}};
  EXPECT_DEATH(set_.insert(other), "KASSERT");
  other.range = {{0x5000}, {0x5800}};
  EXPECT_DEATH(set_.insert(other), "KASSERT");
  EXPECT_DEATH(set_.resize(a, pages(10, 21)), "KASSERT");
  EXPECT_DEATH(set_.resize(b, pages(19, 2)), "KASSERT");
  EXPECT_DEATH(set_.resize(b, pages(30, 0)), "KASSERT");
  EXPECT_DEATH(set_.remove(other), "KASSERT");
  set_.remove(a);
  EXPECT_DEATH(set_.remove(a), "KASSERT");
  EXPECT_DEATH(set_.find_gap_at_or_above(page(1), 0), "KASSERT");
  EXPECT_DEATH(set_.find_gap_at_or_above({0x1234}, 1), "KASSERT");
}

TEST_F(RegionSetDeathTest, check_sees_a_range_changed_behind_the_sets_back) {
  RegionNode& a = insert(10, 10);
  insert(30, 10);
  EXPECT_DEATH((a.range = pages(10, 9), set_.check()), "KASSERT");
  EXPECT_DEATH((a.range = pages(11, 9), set_.check()), "KASSERT");
  EXPECT_DEATH((a.range = pages(40, 9), set_.check()), "KASSERT");
}

}  // namespace
}  // namespace mobius::mm
