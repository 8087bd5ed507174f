// RegionTree: an AVL tree of regions, ordered by address, that keeps each subtree's largest gap.
//
// Its links live in the regions, so that inserting cannot fail. Each node knows the gap just below
// it and the largest gap of either subtree, so that a gap of a wanted size is found by one walk.
// RegionSet (region_set.h) says which gaps there are and how large they count. Pure: no recursion.
#pragma once

#include "base/units.h"

namespace mobius::mm {

class RegionNode {
 public:
  // Page aligned, not empty. While in a set, changed only through it.
  VirtRange range{};

 private:
  friend class RegionSet;
  friend class RegionTree;
  VirtAddr gap_begin() const { return {range.begin.value - gap_}; }
  uint32_t largest_gap() const {
    uint32_t below = max_gap_[0] < max_gap_[1] ? max_gap_[1] : max_gap_[0];
    return below < counted_gap_ ? counted_gap_ : below;
  }

  RegionNode* child_[2] = {};  // lower addresses, higher addresses
  RegionNode* parent_ = nullptr;
  uint32_t gap_ = 0;          // free bytes between the region before this one and this one
  uint32_t counted_gap_ = 0;  // the same, as max_gap_ further up knows it
  uint32_t max_gap_[2] = {};  // the largest counted gap in each subtree
  int8_t balance_ = 0;        // height of child_[1] less height of child_[0]
};

class RegionTree {
 public:
  explicit RegionTree(RegionNode& only) : root_(&only) {}
  RegionTree(const RegionTree&) = delete;

  RegionNode* root() const { return root_; }
  // The lowest (side 0) or highest (side 1) node of a subtree.
  static RegionNode* outermost(RegionNode* n, unsigned side);
  // The node just before (side 0) or just after (side 1) in address order; null: there is none.
  static RegionNode* neighbour(const RegionNode& n, unsigned side);
  // The nearest node on `side` of n with a gap of `bytes`, or null.
  static RegionNode* next_fit(const RegionNode& from, unsigned side, uint32_t bytes);
  // Tells the nodes above `from` the largest gap of its subtree, up to the first that knew it.
  static void refresh_gaps(RegionNode* from);

  // Links a new leaf just before `after`; balance_after_link() follows once gaps are right.
  void link(RegionNode& leaf, RegionNode& after);
  void balance_after_link(RegionNode* leaf);
  // Takes the node out of the tree; `after` is the next one.
  void unlink(RegionNode& node, RegionNode& after);

  // Links, balance and largest gaps of one node agree with its children's. Asserts otherwise.
  static void check_node(const RegionNode& n);

 private:
  static unsigned side_of(const RegionNode& parent, const RegionNode* child) {
    return parent.child_[1] == child;
  }
  static RegionNode* outermost_fit(RegionNode* n, unsigned side, uint32_t bytes);
  void replace_child(RegionNode* parent, const RegionNode* old_child, RegionNode* new_child);
  void splice(RegionNode& node, RegionNode* child);
  void rotate(RegionNode& n, unsigned side);
  bool fix_balance(RegionNode& n, unsigned high);
  void balance_after_unlink(RegionNode* parent, unsigned side);
  static int height(const RegionNode* n);

  RegionNode* root_;
};

}  // namespace mobius::mm
