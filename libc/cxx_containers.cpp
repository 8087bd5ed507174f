/* cxx_containers.cpp: the compiled parts of the standard library's containers: balancing of the
 * red-black trees in map and set, prime sizes of hash tables, hashing of bytes. (mingw's own
 * libstdc++.a is made for Windows, and for later processors than ours.) */
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <typeinfo>
#include <unordered_map>
#include <utility>

namespace std {

namespace {

using Node = _Rb_tree_node_base;

bool is_red(const Node* node) { return node && node->_M_color == _S_red; }

/* Puts `to` where `from` hangs. */
void hang(Node* from, Node* to, Node*& root) {
  Node* parent = from->_M_parent;
  if (from == root) root = to;
  else if (from == parent->_M_left) parent->_M_left = to;
  else parent->_M_right = to;
  if (to) to->_M_parent = parent;
}

void rotate_left(Node* node, Node*& root) {
  Node* up = node->_M_right;
  node->_M_right = up->_M_left;
  if (up->_M_left) up->_M_left->_M_parent = node;
  hang(node, up, root);
  up->_M_left = node;
  node->_M_parent = up;
}

void rotate_right(Node* node, Node*& root) {
  Node* up = node->_M_left;
  node->_M_left = up->_M_right;
  if (up->_M_right) up->_M_right->_M_parent = node;
  hang(node, up, root);
  up->_M_right = node;
  node->_M_parent = up;
}

void rotate(Node* node, bool left, Node*& root) {
  if (left) rotate_left(node, root);
  else rotate_right(node, root);
}

/* A red node under a red parent: recolour upwards, or rotate and be done. */
void balance_after_insert(Node* node, Node*& root) {
  while (node != root && is_red(node->_M_parent)) {
    Node* parent = node->_M_parent;
    Node* grand = parent->_M_parent;
    const bool left = parent == grand->_M_left;
    Node* uncle = left ? grand->_M_right : grand->_M_left;
    if (is_red(uncle)) {
      parent->_M_color = uncle->_M_color = _S_black;
      grand->_M_color = _S_red;
      node = grand;
      continue;
    }
    if (node == (left ? parent->_M_right : parent->_M_left)) {
      rotate(parent, left, root);
      parent = node;
    }
    parent->_M_color = _S_black;
    grand->_M_color = _S_red;
    rotate(grand, !left, root);
    break;
  }
  root->_M_color = _S_black;
}

/* The paths through `node`, a child of `parent` and perhaps null, lack one black node. */
void balance_after_erase(Node* node, Node* parent, Node*& root) {
  while (node != root && !is_red(node)) {
    const bool left = node == parent->_M_left;
    Node* sibling = left ? parent->_M_right : parent->_M_left;
    if (is_red(sibling)) {
      sibling->_M_color = _S_black;
      parent->_M_color = _S_red;
      rotate(parent, left, root);
      sibling = left ? parent->_M_right : parent->_M_left;
    }
    Node* near = left ? sibling->_M_left : sibling->_M_right;
    Node* far = left ? sibling->_M_right : sibling->_M_left;
    if (!is_red(near) && !is_red(far)) {
      sibling->_M_color = _S_red;
      node = parent;
      parent = parent->_M_parent;
      continue;
    }
    if (!is_red(far)) {
      near->_M_color = _S_black;
      sibling->_M_color = _S_red;
      rotate(sibling, !left, root);
      far = sibling;
      sibling = near;
    }
    sibling->_M_color = parent->_M_color;
    parent->_M_color = _S_black;
    far->_M_color = _S_black;
    rotate(parent, left, root);
    break;
  }
  if (node) node->_M_color = _S_black;
}

Node* next_of(Node* node) {
  if (node->_M_right) return Node::_S_minimum(node->_M_right);
  Node* parent = node->_M_parent;
  while (node == parent->_M_right) {
    node = parent;
    parent = parent->_M_parent;
  }
  return node->_M_right != parent ? parent : node; /* the root's parent is the header */
}

Node* previous_of(Node* node) {
  if (node->_M_color == _S_red && node->_M_parent->_M_parent == node) return node->_M_right;
  if (node->_M_left) return Node::_S_maximum(node->_M_left);
  Node* parent = node->_M_parent;
  while (node == parent->_M_left) {
    node = parent;
    parent = parent->_M_parent;
  }
  return parent;
}

}  // namespace

Node* _Rb_tree_increment(Node* node) throw() { return next_of(node); }
const Node* _Rb_tree_increment(const Node* node) throw() {
  return next_of(const_cast<Node*>(node));
}
Node* _Rb_tree_decrement(Node* node) throw() { return previous_of(node); }
const Node* _Rb_tree_decrement(const Node* node) throw() {
  return previous_of(const_cast<Node*>(node));
}

void _Rb_tree_insert_and_rebalance(const bool left, Node* node, Node* parent,
                                   Node& header) throw() {
  node->_M_parent = parent;
  node->_M_left = node->_M_right = nullptr;
  node->_M_color = _S_red;
  if (left) {
    parent->_M_left = node; /* of the header: the leftmost */
    if (parent == &header) header._M_parent = header._M_right = node;
    else if (parent == header._M_left) header._M_left = node;
  } else {
    parent->_M_right = node;
    if (parent == header._M_right) header._M_right = node;
  }
  balance_after_insert(node, header._M_parent);
}

Node* _Rb_tree_rebalance_for_erase(Node* const gone, Node& header) throw() {
  Node*& root = header._M_parent;
  if (header._M_left == gone) {
    header._M_left = gone->_M_right ? Node::_S_minimum(gone->_M_right) : gone->_M_parent;
  }
  if (header._M_right == gone) {
    header._M_right = gone->_M_left ? Node::_S_maximum(gone->_M_left) : gone->_M_parent;
  }
  Node* moved = gone; /* the node that really leaves its place */
  if (gone->_M_left && gone->_M_right) moved = Node::_S_minimum(gone->_M_right);
  Node* child = moved->_M_left ? moved->_M_left : moved->_M_right;
  Node* parent = moved->_M_parent;
  const _Rb_tree_color colour = moved->_M_color;
  hang(moved, child, root);
  if (moved != gone) {
    if (parent == gone) parent = moved;
    hang(gone, moved, root);
    moved->_M_left = gone->_M_left;
    moved->_M_right = gone->_M_right;
    moved->_M_color = gone->_M_color;
    if (moved->_M_left) moved->_M_left->_M_parent = moved;
    if (moved->_M_right) moved->_M_right->_M_parent = moved;
  }
  if (colour == _S_black && root) balance_after_erase(child, parent, root);
  return gone;
}

bool _Sp_make_shared_tag::_S_eq(const type_info&) noexcept { return false; }

namespace __detail {

/* The next prime, by trial: sizes of tables grow rarely. */
size_t _Prime_rehash_policy::_M_next_bkt(size_t least) const {
  size_t size = least < 13 ? 13 : least | 1;
  for (;; size += 2) {
    bool prime = true;
    for (size_t d = 3; prime && d <= size / d; d += 2) prime = size % d != 0;
    if (prime) break;
  }
  _M_next_resize = static_cast<size_t>(static_cast<float>(size) * _M_max_load_factor);
  return size;
}

pair<bool, size_t> _Prime_rehash_policy::_M_need_rehash(size_t buckets, size_t elements,
                                                        size_t more) const {
  if (elements + more <= _M_next_resize) return {false, 0};
  const float wanted = static_cast<float>(elements + more) / _M_max_load_factor;
  const size_t least = static_cast<size_t>(wanted) + 1;
  if (least <= buckets) {
    _M_next_resize = static_cast<size_t>(static_cast<float>(buckets) * _M_max_load_factor);
    return {false, 0};
  }
  return {true, _M_next_bkt(least > buckets * 2 ? least : buckets * 2)};
}

}  // namespace __detail

/* MurmurHash2, 32 bits, as the headers expect of it only that it spreads. */
size_t _Hash_bytes(const void* bytes, size_t length, size_t seed) {
  constexpr uint32_t kMultiplier = 0x5bd1e995;
  uint32_t hash = static_cast<uint32_t>(seed ^ length);
  auto* p = static_cast<const unsigned char*>(bytes);
  for (; length >= 4; p += 4, length -= 4) {
    uint32_t word;
    memcpy(&word, p, 4);
    word *= kMultiplier;
    word ^= word >> 24;
    hash = hash * kMultiplier ^ word * kMultiplier;
  }
  for (; length > 0; ++p, --length) hash = (hash ^ *p) * kMultiplier;
  hash ^= hash >> 13;
  hash *= kMultiplier;
  return hash ^ hash >> 15;
}

}  // namespace std
