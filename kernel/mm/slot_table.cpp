// The slow half of SlotTable: making, resizing and dropping arrays, directories and leaves.
#include "mm/slot_table.h"

#include <cstring>

namespace mobius::mm {

namespace {

constexpr size_t kLeafBytes = SlotTable::kLeafSlots * sizeof(PageSlot);

template <typename T>
Result<T*> allocate_zeroed(KernelHeap& heap, size_t bytes) {
  void* p = TRY(heap.allocate(bytes));
  std::memset(p, 0, bytes);
  return static_cast<T*>(p);
}

}  // namespace

Result<PageSlot*> SlotTable::make(PageIndex page) {
  if (pages_ <= kLeafSlots) {
    array_ = TRY(allocate_zeroed<PageSlot>(*heap_, pages_ * sizeof(PageSlot)));
    return &array_[page];
  }
  // A directory that is left without leaves when the leaf cannot be had is not lost: it stays for
  // the next try, and clear() gives it back.
  if (leaves_ == nullptr) {
    leaves_ = TRY(allocate_zeroed<PageSlot*>(*heap_, leaf_count() * sizeof(PageSlot*)));
  }
  PageSlot*& leaf = leaves_[page / kLeafSlots];
  leaf = TRY(allocate_zeroed<PageSlot>(*heap_, kLeafBytes));
  return &leaf[page % kLeafSlots];
}

Result<void> SlotTable::make_all() {
  for (PageIndex page = 0; page < pages_; page += kLeafSlots) TRY(get(page));
  return {};
}

void SlotTable::clear() {
  if (untouched()) return;
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

Result<void> SlotTable::resize(PageCount pages) {
  KASSERT(pages > 0);
  SlotTable other(*heap_, pages);
  Result<void> outcome;
  for_each(0, pages_ < pages ? pages_ : pages, [&](PageIndex page, PageSlot& slot) {
    if (!outcome) return;
    auto copy = other.get(page);
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
