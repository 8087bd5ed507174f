/* cxx_list.cpp: the compiled part of std::list: how nodes are linked. */
#include <cstddef>
#include <list>
#include <utility>

namespace std::__detail {

using Node = _List_node_base;

/* Puts [first, last) before `next`, having taken it out of where it is. */
static void move_before(Node* next, Node* first, Node* last) {
  Node* const end = last->_M_prev;
  first->_M_prev->_M_next = last;
  last->_M_prev = first->_M_prev;
  Node* const before = next->_M_prev;
  before->_M_next = first;
  first->_M_prev = before;
  end->_M_next = next;
  next->_M_prev = end;
}

void Node::_M_hook(Node* const next) noexcept {
  _M_next = next;
  _M_prev = next->_M_prev;
  _M_prev->_M_next = this;
  next->_M_prev = this;
}

void Node::_M_unhook() noexcept {
  _M_prev->_M_next = _M_next;
  _M_next->_M_prev = _M_prev;
}

void Node::_M_transfer(Node* const first, Node* const last) noexcept {
  if (this != last && first != last) move_before(this, first, last);
}

void Node::_M_reverse() noexcept {
  Node* node = this;
  do {
    std::swap(node->_M_next, node->_M_prev);
    node = node->_M_prev;
  } while (node != this);
}

/* The headers are swapped, not the elements. */
void Node::swap(Node& a, Node& b) noexcept {
  std::swap(a._M_next, b._M_next);
  std::swap(a._M_prev, b._M_prev);
  for (Node* header : {&a, &b}) {
    Node* const other = header == &a ? &b : &a;
    if (header->_M_next == other) { /* it was empty: its links led to itself */
      header->_M_next = header->_M_prev = header;
    } else {
      header->_M_next->_M_prev = header->_M_prev->_M_next = header;
    }
  }
}

}  // namespace std::__detail
