// SlotTable: the page slots of one VM object, sparse. Nothing is allocated before the first commit.
//
//   1 page         the slot lies in the table itself
//   2..512 pages   one array, as long as the object
//   more           a directory of leaves of 512 slots (4 KiB each), each allocated when needed
//
// So a block of any size costs at most its directory (one frame at 2 GiB) plus one leaf for each
// 2 MiB that is really used (R11).
#pragma once

#include "base/result.h"
#include "mm/heap/kernel_heap.h"
#include "mm/objects/page_slot.h"

namespace mobius::mm {

class SlotTable {
 public:
  static constexpr PageCount kLeafSlots = 512;

  SlotTable(KernelHeap& heap, PageCount pages) : heap_(&heap), pages_(pages) {}
  SlotTable(const SlotTable&) = delete;
  SlotTable& operator=(const SlotTable&) = delete;
  ~SlotTable() { clear(); }

  PageCount pages() const { return pages_; }

  // Whether no slot has ever been needed: then every one is Empty.
  bool untouched() const {
    return pages_ == 1 ? inline_.kind() == SlotKind::Empty : leaves_ == nullptr;
  }

  // The slot, or null where it has never been needed (which means Empty). The pointer holds until
  // the table is resized or destroyed. Requires: page < pages().
  PageSlot* find(PageIndex page) const {
    KASSERT(page < pages_);
    if (pages_ == 1) return const_cast<PageSlot*>(&inline_);
    if (pages_ <= kLeafSlots) return array_ == nullptr ? nullptr : &array_[page];
    if (leaves_ == nullptr) return nullptr;
    PageSlot* leaf = leaves_[page / kLeafSlots];
    return leaf == nullptr ? nullptr : &leaf[page % kLeafSlots];
  }

  // The slot, made if need be. Fails: OutOfFrames (nothing has changed then).
  Result<PageSlot*> get(PageIndex page, FrameClass who = FrameClass::Normal) {
    PageSlot* slot = find(page);
    if (slot != nullptr) [[likely]]
      return slot;
    return make(page, who);
  }

  // Frames that the slots of n pages take at most, when all are made.
  static constexpr uint32_t frames_for(PageCount pages) {
    return 1 + (pages <= kLeafSlots ? 0 : (pages + kLeafSlots - 1) / kLeafSlots);
  }

  // Makes every slot, so that get() cannot fail any more. Fails: OutOfFrames.
  Result<void> make_all(FrameClass who);

  // Calls f(PageIndex, PageSlot&) for every slot of [first, end) that is not Empty, ascending.
  // f may use what the memory lock guards.
  template <typename F>
  void for_each(PageIndex first, PageIndex end, F&& f) REQUIRES(memory_lock) {
    for (PageIndex page = first; page < end;) {
      PageIndex stop = pages_ <= kLeafSlots ? end : (page / kLeafSlots + 1) * kLeafSlots;
      if (stop > end) stop = end;
      PageSlot* slot = find(page);
      if (slot == nullptr) {
        page = stop;
        continue;
      }
      for (; page < stop; ++page, ++slot) {
        if (slot->kind() != SlotKind::Empty) f(page, *slot);
      }
    }
  }

  // Where the last pages of [first, end) with slots in one leaf begin: one step of long work, which
  // goes from `end` to `first`, ends there. Requires: first < end.
  PageIndex last_leaf_of(PageIndex first, PageIndex end) const;

  // Gives back those leaves that begin in [first, end) and have only Empty slots.
  void give_leaves(PageIndex first, PageIndex end);

  // Makes the table `pages` long, keeping the slots below that. Requires: the slots to be cut off
  // are Empty. Fails: OutOfFrames (nothing has changed then).
  Result<void> resize(PageCount pages, FrameClass who = FrameClass::Normal) REQUIRES(memory_lock);

  // Gives all bookkeeping back. Requires: every slot is Empty or its content taken care of.
  void clear() {
    if (!untouched()) clear_touched();
  }
  void clear_touched();

  size_t bookkeeping_bytes() const;

 private:
  Result<PageSlot*> make(PageIndex page, FrameClass who);
  Result<void> resize_directory(PageCount pages, FrameClass who);
  static constexpr size_t leaves_for(PageCount pages) {
    return (pages + kLeafSlots - 1) / kLeafSlots;
  }
  size_t leaf_count() const { return leaves_for(pages_); }

  KernelHeap* heap_;
  PageCount pages_;
  union {
    PageSlot inline_{};
    PageSlot* array_;
    PageSlot** leaves_;
  };
};

}  // namespace mobius::mm
