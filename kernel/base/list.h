// An intrusive doubly linked list: the links live in the elements, so adding cannot fail.
//
// An element is on at most one list per link member. The list owns nothing.
#pragma once

#include "base/assert.h"

namespace mobius {

struct ListLink {
  ListLink* prev = nullptr;
  ListLink* next = nullptr;
  bool linked() const { return next != nullptr; }

  // Takes the element off whatever list it is on. Requires: linked().
  void unlink() {
    KASSERT(linked());
    prev->next = next;
    next->prev = prev;
    prev = next = nullptr;
  }
};

// A list of T, linked through a ListLink that T inherits from by way of `Tag` (so that one element
// can be on several lists: `struct Thread : Link<ReadyTag>, Link<AllTag>`).
template <typename Tag>
struct Link : ListLink {};

template <typename T, typename Tag>
class List {
 public:
  List() { head_.prev = head_.next = &head_; }
  List(const List&) = delete;
  List& operator=(const List&) = delete;

  bool empty() const { return head_.next == &head_; }
  T* front() const { return empty() ? nullptr : element(head_.next); }
  T* next_of(T& e) const {
    ListLink* n = link(e)->next;
    return n == &head_ ? nullptr : element(n);
  }

  void push_back(T& e) { insert(head_.prev, *link(e), &head_); }
  void push_front(T& e) { insert(&head_, *link(e), head_.next); }
  // Requires: `at` is on this list.
  void insert_before(T& at, T& e) { insert(link(at)->prev, *link(e), link(at)); }
  void remove(T& e) { link(e)->unlink(); }
  T* pop_front() {
    T* e = front();
    if (e != nullptr) remove(*e);
    return e;
  }

  class Iterator {
   public:
    explicit Iterator(ListLink* at) : at_(at) {}
    T& operator*() const { return *element(at_); }
    Iterator& operator++() {
      at_ = at_->next;
      return *this;
    }
    bool operator!=(const Iterator& o) const { return at_ != o.at_; }

   private:
    ListLink* at_;
  };
  // Elements must not be removed while iterating, except with next_of taken first.
  Iterator begin() const { return Iterator(head_.next); }
  Iterator end() const { return Iterator(const_cast<ListLink*>(&head_)); }

 private:
  static T* element(ListLink* l) { return static_cast<T*>(static_cast<Link<Tag>*>(l)); }
  static ListLink* link(T& e) { return static_cast<Link<Tag>*>(&e); }
  static void insert(ListLink* before, ListLink& e, ListLink* after) {
    KASSERT(!e.linked());
    e.prev = before;
    e.next = after;
    before->next = after->prev = &e;
  }
  ListLink head_;
};

}  // namespace mobius
