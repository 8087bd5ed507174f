// PageList: the pages of a policy in one order, oldest first: a ring of PolicyPages through a
// sentinel, so that adding, removing and turning are a few stores and cannot fail.
#pragma once

#include "base/assert.h"
#include "mm/replacement/policy.h"

namespace mobius::mm {

// `kId`: what PolicyPage::list says of its pages.
template <uint8_t kId>
class PageList {
 public:
  static_assert(kId != 0);
  PageList() { ring_.next = ring_.prev = &ring_; }
  PageList(const PageList&) = delete;
  PageList& operator=(const PageList&) = delete;

  bool holds(const PolicyPage& page) const { return page.list == kId; }
  uint32_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  PolicyPage* front() const { return empty() ? nullptr : ring_.next; }
  // The page after `page`, or null where it is the last.
  PolicyPage* after(const PolicyPage& page) const {
    return page.next == &ring_ ? nullptr : page.next;
  }

  // Requires: page.list == 0.
  void push_back(PolicyPage& page) { insert(page, *ring_.prev); }
  void push_front(PolicyPage& page) { insert(page, ring_); }

  // Requires: holds(page).
  void remove(PolicyPage& page) {
    KASSERT(holds(page));
    page.prev->next = page.next;
    page.next->prev = page.prev;
    page.list = 0;
    --size_;
  }
  PolicyPage* pop_front() {
    PolicyPage* const page = front();
    if (page != nullptr) remove(*page);
    return page;
  }
  // The first page becomes the last. Requires: !empty().
  void turn() { push_back(*pop_front()); }

 private:
  void insert(PolicyPage& page, PolicyPage& before) {
    KASSERT(page.list == 0);
    page.prev = &before;
    page.next = before.next;
    before.next->prev = &page;
    before.next = &page;
    page.list = kId;
    ++size_;
  }

  PolicyPage ring_;
  uint32_t size_ = 0;
};

}  // namespace mobius::mm
