// The slot table's leaves: where a step of long work begins, which are given back, how it grows.
#include "mm/objects/object_pages.h"

#include <gtest/gtest.h>

#include "sim/sim_machine.h"

namespace mobius::mm {
namespace {

constexpr PageCount kLeaf = SlotTable::kLeafSlots;

struct Pages : ObjectPages {
  using ObjectPages::ObjectPages;
};

struct SlotTableTest : testing::Test {
  sim::SimMachine machine;
  Pages pages{machine.manager, 4 * kLeaf + 100};
  SlotTable& table = pages.slots();

  void use(PageIndex page) { pages.move(page, **table.get(page), PageSlot::zero()); }
  bool used(PageIndex page) {
    const PageSlot* slot = table.find(page);
    return slot != nullptr && slot->kind() == SlotKind::Zero;
  }
};

TEST_F(SlotTableTest, AStepBeginsAtTheLastLeafThatIsThere) {
  EXPECT_EQ(table.last_leaf_of(5, table.pages()), 5u);  // none is
  use(kLeaf + 1);
  use(3 * kLeaf);
  EXPECT_EQ(table.last_leaf_of(5, table.pages()), 3 * kLeaf);
  EXPECT_EQ(table.last_leaf_of(5, 3 * kLeaf), kLeaf);
  EXPECT_EQ(table.last_leaf_of(5, kLeaf), 5u);
  EXPECT_EQ(table.last_leaf_of(3 * kLeaf + 7, 3 * kLeaf + 8), 3 * kLeaf + 7);
}

TEST_F(SlotTableTest, OnlyEmptyLeavesThatBeginInTheRangeAreGivenBack) {
  for (PageIndex leaf = 0; leaf < 5; ++leaf) {
    ASSERT_TRUE(table.get(leaf * kLeaf + 9));
  }
  use(2 * kLeaf + 500);
  const size_t all = table.bookkeeping_bytes();
  table.give_leaves(1, 4 * kLeaf);
  EXPECT_EQ(table.bookkeeping_bytes(), all - 2 * 4096);  // leaves 1 and 3
  EXPECT_TRUE(used(2 * kLeaf + 500));
  table.give_leaves(0, table.pages());
  EXPECT_EQ(table.bookkeeping_bytes(), all - 4 * 4096);
}

TEST_F(SlotTableTest, GrowingAndShrinkingKeepTheSlots) {
  use(3);
  use(2 * kLeaf);
  LockGuard guard(machine.manager.lock);
  ASSERT_TRUE(table.resize(100 * kLeaf));
  EXPECT_EQ(table.pages(), 100 * kLeaf);
  EXPECT_TRUE(used(3) && used(2 * kLeaf));
  EXPECT_EQ(table.find(99 * kLeaf), nullptr);
  ASSERT_TRUE(table.resize(2 * kLeaf + 1));
  EXPECT_TRUE(used(3) && used(2 * kLeaf));
  pages.move(2 * kLeaf, *table.find(2 * kLeaf), PageSlot());
  ASSERT_TRUE(table.resize(4));
  EXPECT_TRUE(used(3));
}

}  // namespace
}  // namespace mobius::mm
