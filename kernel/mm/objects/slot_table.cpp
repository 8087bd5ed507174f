// The slow half of SlotTable: making, resizing and dropping arrays, directories and leaves.
#include "mm/objects/slot_table.h"

#include <algorithm>
#include <cstring>

namespace mobius::mm {

namespace {

constexpr size_t kLeafBytes = SlotTable::kLeafSlots * sizeof(PageSlot);

template <typename T>
Result<T*> allocate_zeroed(KernelHeap& heap, size_t bytes, FrameClass who) {
  void* p = TRY(heap.allocate(bytes, who));
  std::memset(p, 0, bytes);
  return static_cast<T*>(p);
}

}  // namespace

Result<PageSlot*> SlotTable::make(PageIndex page, FrameClass who) {
  if (pages_ <= kLeafSlots) {
    array_ = TRY(allocate_zeroed<PageSlot>(*heap_, pages_ * sizeof(PageSlot), who));
    return &array_[page];
  }
  // A directory without leaves, where the leaf cannot be had, stays for the next try; clear() gives
  // it back.
  if (leaves_ == nullptr) {
    leaves_ = TRY(allocate_zeroed<PageSlot*>(*heap_, leaf_count() * sizeof(PageSlot*), who));
  }
  PageSlot*& leaf = leaves_[page / kLeafSlots];
  leaf = TRY(allocate_zeroed<PageSlot>(*heap_, kLeafBytes, who));
  return &leaf[page % kLeafSlots];
}

Result<void> SlotTable::make_all(FrameClass who) {
  for (PageIndex page = 0; page < pages_; page += kLeafSlots) TRY(get(page, who));
  return {};
}

void SlotTable::clear_touched() {
  if (pages_ == 1) {
    inline_ = PageSlot{};
  } else if (pages_ <= kLeafSlots) {
    heap_->free(array_, pages_ * sizeof(PageSlot));
    array_ = nullptr;
  } else if (leaves_ != nullptr) {
    for (size_t i = 0; i < leaf_count(); ++i) heap_->free(leaves_[i], kLeafBytes);
    heap_->free(leaves_, leaf_count() * sizeof(PageSlot*));
    leaves_ = nullptr;
  }
}

PageIndex SlotTable::last_leaf_of(PageIndex first, PageIndex end) const {
  KASSERT(first < end && end <= pages_);
  if (pages_ <= kLeafSlots || leaves_ == nullptr) return first;
  PageIndex leaf = (end - 1) / kLeafSlots;
  while (leaf * kLeafSlots > first && leaves_[leaf] == nullptr) --leaf;
  return std::max(first, leaf * kLeafSlots);
}

void SlotTable::give_leaves(PageIndex first, PageIndex end) {
  if (pages_ <= kLeafSlots || leaves_ == nullptr) return;
  for (PageIndex leaf = leaves_for(first); leaf < leaves_for(end); ++leaf) {
    PageSlot* const slots = leaves_[leaf];
    const auto empty = [](const PageSlot& slot) { return slot.kind() == SlotKind::Empty; };
    if (slots == nullptr || !std::all_of(slots, slots + kLeafSlots, empty)) continue;
    heap_->free(slots, kLeafBytes);
    leaves_[leaf] = nullptr;
  }
}

// The leaves stay where they are, so that the cost does not depend on the slots in use.
Result<void> SlotTable::resize_directory(PageCount pages, FrameClass who) {
  if (leaves_ == nullptr) {
    pages_ = pages;
    return {};
  }
  const size_t had = leaf_count(), has = leaves_for(pages);
  auto* const leaves = TRY(allocate_zeroed<PageSlot*>(*heap_, has * sizeof(PageSlot*), who));
  // From here on nothing fails.
  std::copy_n(leaves_, std::min(had, has), leaves);
  for (size_t i = has; i < had; ++i) heap_->free(leaves_[i], kLeafBytes);
  heap_->free(leaves_, had * sizeof(PageSlot*));
  leaves_ = leaves;
  pages_ = pages;
  return {};
}

Result<void> SlotTable::resize(PageCount pages, FrameClass who) {
  KASSERT(pages > 0);
  if (pages_ > kLeafSlots && pages > kLeafSlots) return resize_directory(pages, who);
  SlotTable other(*heap_, pages);
  Result<void> outcome;
  for_each(0, pages_ < pages ? pages_ : pages, [&](PageIndex page, PageSlot& slot) {
    if (!outcome) return;
    auto copy = other.get(page, who);
    if (copy) {
      **copy = slot;
    } else {
      outcome = Failure(copy.error());
    }
  });
  if (!outcome) return outcome;
  // From here on nothing fails.
  clear();
  pages_ = pages;
  if (pages_ == 1) {
    inline_ = other.inline_;
  } else {
    leaves_ = other.leaves_;  // or array_: the same word
  }
  other.pages_ = 1;  // its arrays are ours now
  other.inline_ = PageSlot{};
  return {};
}

size_t SlotTable::bookkeeping_bytes() const {
  if (pages_ == 1) return 0;
  if (pages_ <= kLeafSlots) return array_ == nullptr ? 0 : pages_ * sizeof(PageSlot);
  if (leaves_ == nullptr) return 0;
  size_t bytes = leaf_count() * sizeof(PageSlot*);
  for (size_t i = 0; i < leaf_count(); ++i) bytes += leaves_[i] == nullptr ? 0 : kLeafBytes;
  return bytes;
}

}  // namespace mobius::mm
