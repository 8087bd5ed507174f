// The region set's tree: inserting, removing, balance, and the largest gaps kept up with them.
// Functions with one caller are inline: a call would cost as much as its body.
#include "mm/ranges/region_set.h"

namespace mobius::mm {

void RegionTree::refresh_gaps(RegionNode* from) {
  RegionNode* parent = from->parent_;
  while (parent != nullptr) {
    uint32_t largest = from->largest_gap();
    uint32_t& known = parent->max_gap_[side_of(*parent, from)];
    if (known == largest) return;
    known = largest;
    from = parent;
    parent = from->parent_;
  }
}

inline void RegionSet::set_gap(RegionNode& n, uint32_t gap) {
  n.gap_ = gap;
  if (gap == n.counted_gap_) return;
  if (gap > n.counted_gap_) {
    n.counted_gap_ = gap;
    RegionTree::refresh_gaps(&n);
  } else if (shrunk_ != &n) {
    RegionNode& other = *shrunk_;
    shrunk_ = &n;
    if (other.counted_gap_ == other.gap_) return;
    other.counted_gap_ = other.gap_;
    RegionTree::refresh_gaps(&other);
  }
}

inline void RegionTree::replace_child(RegionNode* parent, const RegionNode* old_child,
                                      RegionNode* new_child) {
  if (new_child != nullptr) new_child->parent_ = parent;
  if (parent == nullptr) {
    root_ = new_child;
  } else {
    parent->child_[side_of(*parent, old_child)] = new_child;
  }
}

// Moves the child on `side` up into n's place and n down to the other side.
inline void RegionTree::rotate(RegionNode& n, unsigned side) {
  RegionNode& child = *n.child_[side];
  RegionNode* inner = child.child_[1 - side];
  replace_child(n.parent_, &n, &child);
  n.child_[side] = inner;
  n.max_gap_[side] = child.max_gap_[1 - side];
  if (inner != nullptr) inner->parent_ = &n;
  child.child_[1 - side] = &n;
  child.max_gap_[1 - side] = n.largest_gap();
  n.parent_ = &child;
}

// `n` is two levels higher on side `high`: rotates. Returns whether its subtree, which has a new
// root now, has become one level lower.
inline bool RegionTree::fix_balance(RegionNode& n, unsigned high) {
  int8_t up = high != 0 ? 1 : -1;
  RegionNode& child = *n.child_[high];
  if (child.balance_ != -up) {
    rotate(n, high);
    bool lower = child.balance_ == up;
    n.balance_ = static_cast<int8_t>(lower ? 0 : up);
    child.balance_ = static_cast<int8_t>(lower ? 0 : -up);
    return lower;
  }
  RegionNode& inner = *child.child_[1 - high];
  rotate(child, 1 - high);
  rotate(n, high);
  n.balance_ = static_cast<int8_t>(inner.balance_ == up ? -up : 0);
  child.balance_ = static_cast<int8_t>(inner.balance_ == -up ? up : 0);
  inner.balance_ = 0;
  return true;
}

inline void RegionTree::balance_after_link(RegionNode* leaf) {
  RegionNode* child = leaf;
  for (RegionNode* n = child->parent_; n != nullptr; n = child->parent_) {
    if (n->child_[0] == child) {
      if (--n->balance_ == 0) return;
      if (n->balance_ == -2) return static_cast<void>(fix_balance(*n, 0));
    } else {
      if (++n->balance_ == 0) return;
      if (n->balance_ == 2) return static_cast<void>(fix_balance(*n, 1));
    }
    child = n;
  }
}

// The subtree on `side` of `n` has become one level lower.
inline void RegionTree::balance_after_unlink(RegionNode* n, unsigned side) {
  for (;;) {
    int up = side != 0 ? -1 : 1;
    RegionNode* parent = n->parent_;
    unsigned n_side = parent != nullptr ? side_of(*parent, n) : 0;
    if (n->balance_ == up) {
      if (!fix_balance(*n, 1 - side)) return;
    } else {
      n->balance_ = static_cast<int8_t>(n->balance_ + up);
      if (n->balance_ != 0) return;
    }
    if (parent == nullptr) return;
    n = parent;
    side = n_side;
  }
}

inline void RegionTree::link(RegionNode& leaf, RegionNode& after) {
  RegionNode* parent = &after;
  unsigned side = 0;
  if (after.child_[0] != nullptr) {
    parent = outermost(after.child_[0], 1);
    side = 1;
  }
  parent->child_[side] = &leaf;
  leaf.parent_ = parent;
  leaf.child_[0] = leaf.child_[1] = nullptr;
  leaf.max_gap_[0] = leaf.max_gap_[1] = 0;
  leaf.balance_ = 0;
}

// Puts the only child of a node (or null) into its place.
inline void RegionTree::splice(RegionNode& node, RegionNode* child) {
  RegionNode* parent = node.parent_;
  unsigned side = parent != nullptr ? side_of(*parent, &node) : 0;
  replace_child(parent, &node, child);
  if (parent == nullptr) return;
  parent->max_gap_[side] = child != nullptr ? child->largest_gap() : 0;
  refresh_gaps(parent);
  balance_after_unlink(parent, side);
}

// Takes the node out of the tree; `after` is the next one.
inline void RegionTree::unlink(RegionNode& node, RegionNode& after) {
  if (node.child_[0] == nullptr || node.child_[1] == nullptr) {
    splice(node, node.child_[node.child_[0] == nullptr]);
    return;
  }
  // Two children: `after`, which has no lower child, comes out instead and takes node's place.
  splice(after, after.child_[1]);
  after.child_[0] = node.child_[0];
  after.child_[1] = node.child_[1];
  for (RegionNode* child : after.child_) {
    if (child != nullptr) child->parent_ = &after;
  }
  after.max_gap_[0] = node.max_gap_[0];
  after.max_gap_[1] = node.max_gap_[1];
  after.balance_ = node.balance_;
  replace_child(node.parent_, &node, &after);
  refresh_gaps(&after);
}

void RegionSet::insert(RegionNode& node) {
  VirtRange range = node.range;
  KASSERT(range.begin < range.end && range.begin.page_aligned() && range.end.page_aligned());
  RegionNode& after = node_after(range.begin);
  KASSERT(after.gap_begin() <= range.begin && range.end <= after.range.begin);
  uint32_t gap = range.begin - after.gap_begin();
  node.gap_ = node.counted_gap_ = gap;
  tree_.link(node, after);
  if (gap != 0) RegionTree::refresh_gaps(&node);
  set_gap(after, after.range.begin - range.end);
  if (last_search_.to == range.begin) last_search_.to = range.end;
  tree_.balance_after_link(&node);
  ++size_;
}

void RegionSet::remove(RegionNode& node) {
  KASSERT(size_ != 0 && &node != &end_ && (node.parent_ != nullptr || tree_.root() == &node));
  RegionNode& after = *RegionTree::neighbour(node, 1);
  if (found_ == &node) found_ = &after;
  if (shrunk_ == &node) shrunk_ = &end_;
  VirtAddr gap_begin = node.gap_begin();
  set_gap(after, after.range.begin - gap_begin);
  if (gap_begin < last_search_.to) last_search_.to = gap_begin;
  tree_.unlink(node, after);
  node.parent_ = nullptr;
  --size_;
}

void RegionSet::resize(RegionNode& node, VirtRange range) {
  KASSERT(range.begin < range.end && range.begin.page_aligned() && range.end.page_aligned());
  RegionNode& after = *RegionTree::neighbour(node, 1);
  VirtAddr gap_begin = node.gap_begin();
  KASSERT(gap_begin <= range.begin && range.end <= after.range.begin);
  node.range = range;
  if (gap_begin < last_search_.to) last_search_.to = gap_begin;
  set_gap(node, range.begin - gap_begin);
  set_gap(after, after.range.begin - range.end);
}

}  // namespace mobius::mm
