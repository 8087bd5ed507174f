// RegionSet: the regions of one address space, ordered by address, and the gaps between them.
//
// An AVL tree whose links live in the regions, so that inserting cannot fail. Only regions are
// represented: a gap is what lies between two neighbours, so free neighbours are always one gap.
// Each node knows the gap just below it, and the largest gap of its subtree, so that a gap of a
// wanted size is found by one walk down. The room above the last region is the gap below `end_`,
// a node of no size at the end of the range. Pure: no I/O, no lock, no recursion.
#pragma once

#include <optional>

#include "base/units.h"

namespace mobius::mm {

class RegionNode {
 public:
  // Page aligned, not empty. While in a set, changed only through it.
  VirtRange range{};

 private:
  friend class RegionSet;
  VirtAddr gap_begin() const { return {range.begin.value - gap_}; }

  RegionNode* left_ = nullptr;
  RegionNode* right_ = nullptr;
  RegionNode* parent_ = nullptr;
  uint32_t gap_ = 0;      // free bytes between the region before this one and this one
  uint32_t max_gap_ = 0;  // the largest gap_ of this node and those below it in the tree
  uint8_t height_ = 1;    // of the subtree
};

class RegionSet {
 public:
  explicit RegionSet(VirtRange whole = kUserRange);
  RegionSet(const RegionSet&) = delete;
  RegionSet& operator=(const RegionSet&) = delete;

  size_t size() const { return size_; }

  // The region that contains the address, or null.
  RegionNode* find(VirtAddr address) const {
    RegionNode* node = root_;
    while (node != nullptr) {
      if (address < node->range.begin) {
        node = node->left_;
      } else if (address < node->range.end) {
        break;
      } else {
        node = node->right_;
      }
    }
    return node;
  }
  // The region that contains the address, else the first one above it; null if there is none.
  RegionNode* first_at_or_after(VirtAddr address) const;
  // In address order; null where there is none.
  RegionNode* first() const;
  RegionNode* last() const { return previous(end_); }
  RegionNode* next(const RegionNode& node) const;
  RegionNode* previous(const RegionNode& node) const;

  // Requires: node is in no set; its range is in the whole range and overlaps no region.
  // The set refers to it until it is removed.
  void insert(RegionNode& node);
  // Requires: node is in this set.
  void remove(RegionNode& node);
  // Gives a region of this set another range. Requires: the new one is not empty and reaches
  // neither the region before nor the one after.
  void resize(RegionNode& node, VirtRange range);

  // Whether no region is in the range. A range that leaves the whole range is not free.
  bool is_free(VirtRange range) const;

  // The lowest base in `within` from which on `pages` are free and in `within`. `pages` > 0.
  std::optional<VirtAddr> find_gap(PageCount pages, VirtRange within) const;
  // The lowest base that is not below `base` and fits. Aligned as `base` and the regions are.
  std::optional<VirtAddr> find_gap_at_or_above(VirtAddr base, PageCount pages) const;
  // The highest base that is not above `base` and fits.
  std::optional<VirtAddr> find_gap_below(VirtAddr base, PageCount pages) const;

  // Order, links, balance, gaps and count agree. Asserts otherwise.
  void check() const;

 private:
  static uint32_t max_gap(const RegionNode* n) { return n != nullptr ? n->max_gap_ : 0; }
  static int height(const RegionNode* n) { return n != nullptr ? n->height_ : 0; }
  static RegionNode* leftmost(RegionNode* n);
  static RegionNode* rightmost(RegionNode* n);
  static RegionNode* successor(const RegionNode& n);
  static bool room_before(const RegionNode& n, VirtRange range) {
    return n.gap_begin() <= range.begin && range.end <= n.range.begin;
  }
  RegionNode* visible(RegionNode* n) const { return n == &end_ ? nullptr : n; }
  bool fits(PageCount pages) const { return pages <= whole_.size_pages(); }
  RegionNode& node_after(VirtAddr base) const;
  static void refresh_gaps(RegionNode* from);
  static void set_gap(RegionNode& n, uint32_t gap);
  void replace_child(RegionNode* parent, const RegionNode* old_child, RegionNode* new_child);
  void link(RegionNode& leaf, RegionNode& after);
  RegionNode* unlink(RegionNode& node, RegionNode& after);
  RegionNode* rotate_up(RegionNode& child);
  RegionNode* balance(RegionNode& n);
  void rebalance(RegionNode* from);
  void check_node(const RegionNode& n) const;

  const VirtRange whole_;
  RegionNode end_;
  RegionNode* root_ = &end_;
  // The region above the gap found last: where the next insert is likely to be. Always in the tree.
  mutable RegionNode* last_gap_ = &end_;
  size_t size_ = 0;  // without end_
};

}  // namespace mobius::mm
