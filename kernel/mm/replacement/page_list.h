// PageList: the pages of a policy in one order, oldest first: a ring of PolicyPages through a
// sentinel, so that adding, removing and turning are a few stores and cannot fail.
#pragma once

#include "base/assert.h"
#include "mm/replacement/policy.h"

namespace mobius::mm {

class PageList {
 public:
  // `id`: what PolicyPage::list says of its pages; not 0.
  explicit PageList(uint8_t id) : id_(id) { ring_.next = ring_.prev = &ring_; }
  PageList(const PageList&) = delete;
  PageList& operator=(const PageList&) = delete;

  uint8_t id() const { return id_; }
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

  // Requires: page.list == id().
  void remove(PolicyPage& page) {
    KASSERT(page.list == id_);
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
    page.list = id_;
    ++size_;
  }

  PolicyPage ring_;
  uint32_t size_ = 0;
  const uint8_t id_;
};

}  // namespace mobius::mm
