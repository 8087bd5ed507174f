// RegionSet: the regions of one address space, ordered by address, and the gaps between them.
//
// Regions are the nodes of a tree (region_tree.h). Only regions are represented: a gap is what lies
// between two neighbours, so free neighbours are always one gap. The room above the last region is
// the gap below `end_`, a node of no size at the end of the range. Pure: no I/O, no lock.
//
// Blocks are mostly taken from and given back to one big gap, which is the largest of every
// subtree up to the root. So the gap that shrank last stays counted as it was (`counted_gap_`)
// until it matters: until another gap shrinks, or a search asks for a size between the two.
#pragma once

#include <optional>

#include "mm/ranges/region_tree.h"

namespace mobius::mm {

class RegionSet {
 public:
  explicit RegionSet(VirtRange whole = kUserRange);
  RegionSet(const RegionSet&) = delete;

  size_t size() const { return size_; }

  // The region that contains the address, or null.
  RegionNode* find(VirtAddr address) const {
    RegionNode* node = tree_.root();
    while (node != nullptr) {
      if (address < node->range.begin) {
        node = node->child_[0];
      } else if (address < node->range.end) {
        break;
      } else {
        node = node->child_[1];
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
  RegionNode* visible(RegionNode* n) const { return n == &end_ ? nullptr : n; }
  // The first node that begins above `base`: the end node where no region does.
  RegionNode& node_after(VirtAddr base) const {
    bool here = found_->gap_begin() <= base && base < found_->range.begin;
    return here ? *found_ : search_node_after(base);
  }
  RegionNode& search_node_after(VirtAddr base) const;
  void set_gap(RegionNode& n, uint32_t gap);
  void count_for_search(uint32_t bytes) const;

  // What the last search upwards has shown: no gap of `bytes` from `from` on begins below `to`.
  struct Search {
    VirtAddr from;
    uint32_t bytes;
    VirtAddr to;
  };

  const VirtRange whole_;
  RegionNode end_;
  RegionTree tree_{end_};
  // The one node whose gap may be counted too large, and the node above the gap found last, which
  // is where the next region is likely to go. Both always in the tree.
  mutable RegionNode* shrunk_ = &end_;
  mutable RegionNode* found_ = &end_;
  mutable Search last_search_{{0xFFFFF000}, 0xFFFFFFFF, {0}};
  size_t size_ = 0;  // without end_
};

}  // namespace mobius::mm
