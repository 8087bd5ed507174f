// The region set's questions: which region, which neighbour, is it free; and the tree's walks.
#include "mm/ranges/region_set.h"

namespace mobius::mm {

RegionSet::RegionSet(VirtRange whole) : whole_(whole) {
  KASSERT(whole.begin < whole.end && whole.begin.page_aligned() && whole.end.page_aligned());
  end_.range = {whole.end, whole.end};
  end_.gap_ = end_.counted_gap_ = whole.end - whole.begin;
}

RegionNode* RegionTree::outermost(RegionNode* n, unsigned side) {
  while (n->child_[side] != nullptr) n = n->child_[side];
  return n;
}

RegionNode* RegionTree::neighbour(const RegionNode& n, unsigned side) {
  if (n.child_[side] != nullptr) return outermost(n.child_[side], 1 - side);
  const RegionNode* child = &n;
  RegionNode* parent = n.parent_;
  while (parent != nullptr && parent->child_[side] == child) {
    child = parent;
    parent = parent->parent_;
  }
  return parent;
}

RegionNode* RegionSet::first() const { return visible(RegionTree::outermost(tree_.root(), 0)); }

RegionNode* RegionSet::next(const RegionNode& node) const {
  return visible(RegionTree::neighbour(node, 1));
}

RegionNode* RegionSet::previous(const RegionNode& node) const {
  return RegionTree::neighbour(node, 0);
}

RegionNode* RegionSet::first_at_or_after(VirtAddr address) const {
  RegionNode* found = nullptr;
  for (RegionNode* n = tree_.root(); n != nullptr;) {
    if (address < n->range.end) {
      found = n;
      n = n->child_[0];
    } else {
      n = n->child_[1];
    }
  }
  return visible(found);
}

bool RegionSet::is_free(VirtRange range) const {
  if (!whole_.contains(range)) return false;
  const RegionNode* n = first_at_or_after(range.begin);
  return n == nullptr || range.end <= n->range.begin;
}

RegionNode& RegionSet::search_node_after(VirtAddr base) const {
  RegionNode* after = const_cast<RegionNode*>(&end_);
  for (RegionNode* n = tree_.root(); n != nullptr;) {
    if (base < n->range.begin) {
      after = n;
      n = n->child_[0];
    } else {
      n = n->child_[1];
    }
  }
  return *after;
}

}  // namespace mobius::mm
