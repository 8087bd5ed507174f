// Deadlines: which sleeping thread has to wake first.
//
// A skew heap whose links live in the sleepers: adding, taking out and finding the earliest cost
// O(log n) amortised, nothing is allocated and nothing recurses.
#pragma once

#include <cstdint>

namespace mobius::proc {

inline constexpr uint64_t kNever = UINT64_MAX;

struct DeadlineNode {
  uint64_t deadline_ns = kNever;
  DeadlineNode* parent = nullptr;
  DeadlineNode* left = nullptr;
  DeadlineNode* right = nullptr;
  bool queued = false;
};

class Deadlines {
 public:
  // Requires: !node.queued.
  void insert(DeadlineNode& node, uint64_t deadline_ns);
  // Requires: node.queued.
  void remove(DeadlineNode& node);
  // The node with the smallest deadline; null if no thread sleeps.
  DeadlineNode* earliest() const { return root_; }

 private:
  static DeadlineNode* merge(DeadlineNode* a, DeadlineNode* b);
  // No lock: a part of the Scheduler (scheduler.h).
  DeadlineNode* root_ = nullptr;
};

}  // namespace mobius::proc
