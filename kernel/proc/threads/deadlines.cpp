// The skew heap: see deadlines.h.
#include "proc/threads/deadlines.h"

#include <utility>

#include "base/assert.h"

namespace mobius::proc {

DeadlineNode* Deadlines::merge(DeadlineNode* a, DeadlineNode* b) {
  DeadlineNode* root = nullptr;
  DeadlineNode* parent = nullptr;
  DeadlineNode** link = &root;
  while (a != nullptr && b != nullptr) {
    if (b->deadline_ns < a->deadline_ns) std::swap(a, b);
    *link = a;
    a->parent = parent;
    parent = a;
    // Swapping the children at every step is what keeps the heap balanced on average.
    DeadlineNode* rest = a->right;
    a->right = a->left;
    link = &a->left;
    a = rest;
  }
  *link = a != nullptr ? a : b;
  if (*link != nullptr) (*link)->parent = parent;
  return root;
}

void Deadlines::insert(DeadlineNode& node, uint64_t deadline_ns) {
  KASSERT(!node.queued);
  node.deadline_ns = deadline_ns;
  node.parent = node.left = node.right = nullptr;
  node.queued = true;
  root_ = merge(root_, &node);
}

void Deadlines::remove(DeadlineNode& node) {
  KASSERT(node.queued);
  DeadlineNode* rest = merge(node.left, node.right);
  if (rest != nullptr) rest->parent = node.parent;
  if (node.parent == nullptr) {
    root_ = rest;
  } else if (node.parent->left == &node) {
    node.parent->left = rest;
  } else {
    node.parent->right = rest;
  }
  node.parent = node.left = node.right = nullptr;
  node.queued = false;
}

}  // namespace mobius::proc
