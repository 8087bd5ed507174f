// The tree: finding, inserting, removing, balance, and the gaps kept along the way.
#include "mm/region_set.h"

#include <algorithm>

namespace mobius::mm {

RegionSet::RegionSet(VirtRange whole) : whole_(whole) {
  KASSERT(whole.begin < whole.end && whole.begin.page_aligned() && whole.end.page_aligned());
  end_.range = {whole.end, whole.end};
  end_.gap_ = end_.max_gap_ = whole.end - whole.begin;
}

RegionNode* RegionSet::leftmost(RegionNode* n) {
  while (n->left_ != nullptr) n = n->left_;
  return n;
}

RegionNode* RegionSet::rightmost(RegionNode* n) {
  while (n->right_ != nullptr) n = n->right_;
  return n;
}

RegionNode* RegionSet::successor(const RegionNode& n) {
  if (n.right_ != nullptr) return leftmost(n.right_);
  const RegionNode* child = &n;
  RegionNode* parent = n.parent_;
  while (parent != nullptr && parent->right_ == child) {
    child = parent;
    parent = parent->parent_;
  }
  return parent;
}

RegionNode* RegionSet::first() const { return visible(leftmost(root_)); }

RegionNode* RegionSet::next(const RegionNode& node) const { return visible(successor(node)); }

RegionNode* RegionSet::previous(const RegionNode& node) const {
  if (node.left_ != nullptr) return rightmost(node.left_);
  const RegionNode* child = &node;
  RegionNode* parent = node.parent_;
  while (parent != nullptr && parent->left_ == child) {
    child = parent;
    parent = parent->parent_;
  }
  return parent;
}

RegionNode* RegionSet::first_at_or_after(VirtAddr address) const {
  RegionNode* found = nullptr;
  for (RegionNode* n = root_; n != nullptr;) {
    if (address < n->range.end) {
      found = n;
      n = n->left_;
    } else {
      n = n->right_;
    }
  }
  return found == &end_ ? nullptr : found;
}

bool RegionSet::is_free(VirtRange range) const {
  if (!whole_.contains(range)) return false;
  const RegionNode* n = first_at_or_after(range.begin);
  return n == nullptr || range.end <= n->range.begin;
}

// The first node that begins above `base`: the end node where no region does.
RegionNode& RegionSet::node_after(VirtAddr base) const {
  RegionNode* found = const_cast<RegionNode*>(&end_);
  for (RegionNode* n = root_; n != nullptr;) {
    if (base < n->range.begin) {
      found = n;
      n = n->left_;
    } else {
      n = n->right_;
    }
  }
  return *found;
}

// Largest gaps from here upwards, until one comes out as it was.
void RegionSet::refresh_gaps(RegionNode* from) {
  for (RegionNode* n = from; n != nullptr; n = n->parent_) {
    uint32_t largest = n->gap_;
    if (n->left_ != nullptr && n->left_->max_gap_ > largest) largest = n->left_->max_gap_;
    if (n->right_ != nullptr && n->right_->max_gap_ > largest) largest = n->right_->max_gap_;
    if (n->max_gap_ == largest) return;
    n->max_gap_ = largest;
  }
}

void RegionSet::set_gap(RegionNode& n, uint32_t gap) {
  n.gap_ = gap;
  refresh_gaps(&n);
}

void RegionSet::insert(RegionNode& node) {
  VirtRange range = node.range;
  KASSERT(range.begin < range.end && range.begin.page_aligned() && range.end.page_aligned());
  RegionNode* after = last_gap_;
  if (!room_before(*after, range)) {
    after = &node_after(range.begin);
    KASSERT(room_before(*after, range));
  }
  uint32_t gap = range.begin - after->gap_begin();
  link(node, *after);
  node.gap_ = node.max_gap_ = gap;
  if (gap != 0) refresh_gaps(node.parent_);
  set_gap(*after, after->range.begin - range.end);
  rebalance(node.parent_);
  ++size_;
}

// Hangs a new leaf in, just before `after`.
void RegionSet::link(RegionNode& leaf, RegionNode& after) {
  RegionNode* parent = &after;
  if (after.left_ == nullptr) {
    after.left_ = &leaf;
  } else {
    parent = rightmost(after.left_);
    parent->right_ = &leaf;
  }
  leaf.left_ = leaf.right_ = nullptr;
  leaf.parent_ = parent;
  leaf.height_ = 1;
}

void RegionSet::remove(RegionNode& node) {
  KASSERT(size_ != 0 && &node != &end_ && (node.parent_ != nullptr || root_ == &node));
  RegionNode& after = *successor(node);
  if (last_gap_ == &node) last_gap_ = &after;
  set_gap(after, after.range.begin - node.gap_begin());
  RegionNode* lowest = unlink(node, after);
  refresh_gaps(lowest);
  refresh_gaps(&after);
  rebalance(lowest);
  --size_;
  node.left_ = node.right_ = node.parent_ = nullptr;
}

// Takes the node out of the tree; returns the lowest node whose subtree has become another.
RegionNode* RegionSet::unlink(RegionNode& node, RegionNode& after) {
  RegionNode* parent = node.parent_;
  if (node.left_ == nullptr || node.right_ == nullptr) {
    replace_child(parent, &node, node.left_ != nullptr ? node.left_ : node.right_);
    return parent;
  }
  // Two children: the next node, which has no left child, moves into the place.
  RegionNode* lowest = after.parent_;
  if (lowest == &node) {
    lowest = &after;
  } else {
    replace_child(lowest, &after, after.right_);
    after.right_ = node.right_;
    after.right_->parent_ = &after;
  }
  after.left_ = node.left_;
  after.left_->parent_ = &after;
  after.height_ = node.height_;
  after.max_gap_ = node.max_gap_;
  replace_child(parent, &node, &after);
  return lowest;
}

void RegionSet::replace_child(RegionNode* parent, const RegionNode* old_child,
                              RegionNode* new_child) {
  if (parent == nullptr) {
    root_ = new_child;
  } else if (parent->left_ == old_child) {
    parent->left_ = new_child;
  } else {
    parent->right_ = new_child;
  }
  if (new_child != nullptr) new_child->parent_ = parent;
}

void RegionSet::resize(RegionNode& node, VirtRange range) {
  KASSERT(range.begin < range.end && range.begin.page_aligned() && range.end.page_aligned());
  RegionNode& after = *successor(node);
  VirtAddr gap_begin = node.gap_begin();
  KASSERT(gap_begin <= range.begin && range.end <= after.range.begin);
  node.range = range;
  set_gap(node, range.begin - gap_begin);
  set_gap(after, after.range.begin - range.end);
}

// Heights from here upwards, until one comes out as it was; where two sides differ by two levels,
// rotates.
void RegionSet::rebalance(RegionNode* from) {
  for (RegionNode* n = from; n != nullptr; n = n->parent_) {
    int left = height(n->left_);
    int right = height(n->right_);
    int before = n->height_;
    if (left - right > 1 || right - left > 1) {
      n = balance(*n);
    } else {
      n->height_ = static_cast<uint8_t>(std::max(left, right) + 1);
    }
    if (n->height_ == before) return;
  }
}

// Rotates the higher child up (its inner child first, if that is the higher one); returns the
// subtree's new root.
RegionNode* RegionSet::balance(RegionNode& n) {
  bool left_high = height(n.left_) > height(n.right_);
  RegionNode* child = left_high ? n.left_ : n.right_;
  RegionNode* inner = left_high ? child->right_ : child->left_;
  RegionNode* outer = left_high ? child->left_ : child->right_;
  if (height(inner) > height(outer)) child = rotate_up(*inner);
  return rotate_up(*child);
}

// Swaps a node with its parent, keeping the order. Heights and largest gaps of the two are right
// again afterwards; those above them know nothing of it.
RegionNode* RegionSet::rotate_up(RegionNode& child) {
  RegionNode& parent = *child.parent_;
  replace_child(parent.parent_, &parent, &child);
  RegionNode*& inner = parent.left_ == &child ? child.right_ : child.left_;
  RegionNode*& outer = parent.left_ == &child ? parent.left_ : parent.right_;
  outer = inner;
  if (inner != nullptr) inner->parent_ = &parent;
  inner = &parent;
  parent.parent_ = &child;
  child.max_gap_ = parent.max_gap_;
  parent.max_gap_ = std::max({parent.gap_, max_gap(parent.left_), max_gap(parent.right_)});
  for (RegionNode* n : {&parent, &child}) {
    n->height_ = static_cast<uint8_t>(std::max(height(n->left_), height(n->right_)) + 1);
  }
  return &child;
}

}  // namespace mobius::mm
