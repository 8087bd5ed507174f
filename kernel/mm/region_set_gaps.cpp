// The gap searches: one walk down each, remembering the best place to turn to.
#include <algorithm>

#include "mm/region_set.h"

namespace mobius::mm {

std::optional<VirtAddr> RegionSet::find_gap(PageCount pages, VirtRange within) const {
  std::optional<VirtAddr> base = find_gap_at_or_above(within.begin, pages);
  // As one difference: base + pages may lie beyond 4 GiB.
  if (base && (within.end < *base || pages > (within.end - *base) >> kPageShift)) base.reset();
  return base;
}

std::optional<VirtAddr> RegionSet::find_gap_at_or_above(VirtAddr base, PageCount pages) const {
  KASSERT(pages != 0 && base.page_aligned());
  if (!fits(pages)) return std::nullopt;
  uint32_t bytes = pages << kPageShift;
  // The lowest known node with a fitting gap at itself or to its right.
  RegionNode* best = nullptr;
  bool best_itself = false;
  for (RegionNode* n = root_; n != nullptr;) {
    if (n->range.begin <= base) {
      n = n->right_;
      continue;
    }
    bool itself = n->range.begin - std::max(base, n->gap_begin()) >= bytes;
    if (itself || max_gap(n->right_) >= bytes) {
      best = n;
      best_itself = itself;
    }
    if (max_gap(n->left_) < bytes) break;
    n = n->left_;
  }
  if (best == nullptr) return std::nullopt;
  if (!best_itself) {
    best = best->right_;
    for (;;) {
      if (max_gap(best->left_) >= bytes) {
        best = best->left_;
      } else if (best->gap_ >= bytes) {
        break;
      } else {
        best = best->right_;
      }
    }
  }
  last_gap_ = best;
  return std::max(base, best->gap_begin());
}

std::optional<VirtAddr> RegionSet::find_gap_below(VirtAddr base, PageCount pages) const {
  KASSERT(pages != 0 && base.page_aligned());
  if (!fits(pages)) return std::nullopt;
  uint32_t bytes = pages << kPageShift;
  // The highest known node with a fitting gap at itself or to its left.
  RegionNode* best = nullptr;
  for (RegionNode* n = root_; n != nullptr;) {
    if (n->gap_begin() > base) {
      n = n->left_;
      continue;
    }
    if (n->gap_ >= bytes || max_gap(n->left_) >= bytes) best = n;
    if (max_gap(n->right_) < bytes) break;
    n = n->right_;
  }
  if (best == nullptr) return std::nullopt;
  if (best->gap_ < bytes) {
    best = best->left_;
    for (;;) {
      if (max_gap(best->right_) >= bytes) {
        best = best->right_;
      } else if (best->gap_ >= bytes) {
        break;
      } else {
        best = best->left_;
      }
    }
  }
  last_gap_ = best;
  return std::min(base, VirtAddr{best->range.begin.value - bytes});
}

void RegionSet::check() const {
  size_t count = 0;
  VirtAddr end = whole_.begin;
  KASSERT(root_->parent_ == nullptr);
  bool hint_seen = false;
  for (const RegionNode* n = leftmost(root_); n != nullptr; n = successor(*n)) {
    check_node(*n);
    KASSERT(n->gap_begin() == end && end <= n->range.begin);
    KASSERT((n == &end_) == n->range.empty() && n->range.begin <= n->range.end);
    KASSERT(n->range.begin.page_aligned() && n->range.end.page_aligned());
    end = n->range.end;
    hint_seen |= n == last_gap_;
    ++count;
  }
  KASSERT(end == whole_.end && count == size_ + 1 && hint_seen);
}

void RegionSet::check_node(const RegionNode& n) const {
  int left = height(n.left_);
  int right = height(n.right_);
  KASSERT(n.height_ == std::max(left, right) + 1 && left - right <= 1 && right - left <= 1);
  KASSERT(n.max_gap_ == std::max({n.gap_, max_gap(n.left_), max_gap(n.right_)}));
  KASSERT(n.left_ == nullptr || n.left_->parent_ == &n);
  KASSERT(n.right_ == nullptr || n.right_->parent_ == &n);
}

}  // namespace mobius::mm
