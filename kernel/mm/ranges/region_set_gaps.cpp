// The gap searches: to the place where the search begins, then up and down the tree to the next
// gap that fits. And the check.
#include <algorithm>

#include "mm/ranges/region_set.h"

namespace mobius::mm {

std::optional<VirtAddr> RegionSet::find_gap(PageCount pages, VirtRange within) const {
  std::optional<VirtAddr> base = find_gap_at_or_above(within.begin, pages);
  // As one difference: base + pages may lie beyond 4 GiB.
  if (base && (within.end < *base || pages > (within.end - *base) >> kPageShift)) base.reset();
  return base;
}

// A gap counted too large must not lead a search for `bytes` astray: brings it up to date if its
// two sizes differ in the answer.
void RegionSet::count_for_search(uint32_t bytes) const {
  if (shrunk_->gap_ >= bytes || shrunk_->counted_gap_ < bytes) return;
  shrunk_->counted_gap_ = shrunk_->gap_;
  RegionTree::refresh_gaps(shrunk_);
}

// The lowest (side 0) or highest node of a subtree with a gap of `bytes`. Requires: there is one.
RegionNode* RegionTree::outermost_fit(RegionNode* n, unsigned side, uint32_t bytes) {
  for (;;) {
    if (n->max_gap_[side] >= bytes) {
      n = n->child_[side];
    } else if (n->gap_ >= bytes) {
      return n;
    } else {
      n = n->child_[1 - side];
    }
  }
}

RegionNode* RegionTree::next_fit(const RegionNode& from, unsigned side, uint32_t bytes) {
  const RegionNode* n = &from;
  for (;;) {
    if (n->max_gap_[side] >= bytes) return outermost_fit(n->child_[side], 1 - side, bytes);
    RegionNode* parent = n->parent_;
    while (parent != nullptr && parent->child_[side] == n) {
      n = parent;
      parent = n->parent_;
    }
    if (parent == nullptr || parent->gap_ >= bytes) return parent;
    n = parent;
  }
}

std::optional<VirtAddr> RegionSet::find_gap_at_or_above(VirtAddr base, PageCount pages) const {
  KASSERT(pages != 0 && base.page_aligned());
  if (pages > whole_.size_pages()) return std::nullopt;
  uint32_t bytes = pages << kPageShift;
  Search search{base, bytes, whole_.end};
  bool known = base >= last_search_.from && bytes >= last_search_.bytes;
  if (known && base < last_search_.to) {
    base = last_search_.to;
    search.from = last_search_.from;
  }
  count_for_search(bytes);
  RegionNode* after = &node_after(base);
  VirtAddr found = std::max(base, after->gap_begin());
  if (found > after->range.begin || after->range.begin - found < bytes) {
    after = RegionTree::next_fit(*after, 1, bytes);
    if (after != nullptr) found = after->gap_begin();
  }
  if (after != nullptr) {
    found_ = after;
    search.to = found;
  }
  last_search_ = search;
  return after != nullptr ? std::optional(found) : std::nullopt;
}

std::optional<VirtAddr> RegionSet::find_gap_below(VirtAddr base, PageCount pages) const {
  KASSERT(pages != 0 && base.page_aligned());
  if (pages > whole_.size_pages()) return std::nullopt;
  uint32_t bytes = pages << kPageShift;
  count_for_search(bytes);
  RegionNode* after = &node_after(base);
  if (after->gap_ < bytes || after->gap_begin() > base) {
    after = RegionTree::next_fit(*after, 0, bytes);
  }
  if (after == nullptr) return std::nullopt;
  found_ = after;
  return std::min(base, VirtAddr{after->range.begin.value - bytes});
}

// By way of the higher children: right wherever every balance below is, which check() shows from
// the leaves up.
int RegionTree::height(const RegionNode* n) {
  int levels = 0;
  for (; n != nullptr; n = n->child_[n->balance_ > 0]) ++levels;
  return levels;
}

void RegionSet::check() const {
  size_t count = 0;
  VirtAddr end = whole_.begin;
  bool shrunk_seen = false, found_seen = false;
  KASSERT(tree_.root()->parent_ == nullptr);
  const RegionNode* n = RegionTree::outermost(tree_.root(), 0);
  for (; n != nullptr; n = RegionTree::neighbour(*n, 1)) {
    RegionTree::check_node(*n);
    KASSERT(n->gap_begin() == end && end <= n->range.begin);
    KASSERT((n == &end_) == n->range.empty());
    KASSERT(n->range.begin.page_aligned() && n->range.end.page_aligned());
    KASSERT(n->counted_gap_ == n->gap_ || (n == shrunk_ && n->counted_gap_ > n->gap_));
    end = n->range.end;
    shrunk_seen |= n == shrunk_;
    found_seen |= n == found_;
    ++count;
  }
  KASSERT(end == whole_.end && count == size_ + 1 && shrunk_seen && found_seen);
}

void RegionTree::check_node(const RegionNode& n) {
  int balance = height(n.child_[1]) - height(n.child_[0]);
  KASSERT(balance == n.balance_ && balance >= -1 && balance <= 1);
  for (unsigned side = 0; side < 2; ++side) {
    const RegionNode* child = n.child_[side];
    KASSERT(child == nullptr || child->parent_ == &n);
    KASSERT(n.max_gap_[side] == (child != nullptr ? child->largest_gap() : 0));
  }
}

}  // namespace mobius::mm
