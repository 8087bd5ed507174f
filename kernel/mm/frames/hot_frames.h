// HotFrames: the single frames of a zone that were freed last, taken last-freed-first, so that they
// are still in the cache. A ring of 32; the oldest can leave it at the other end. A hot frame's
// record says Free, kOrderHot.
#pragma once

#include "mm/frames/frame_record.h"

namespace mobius::mm {

class HotFrames {
 public:
  // Frames come and go eight at a time where they are neighbours.
  static constexpr unsigned kBatchOrder = 3;
  static constexpr uint32_t kBatch = 1u << kBatchOrder;

  bool empty() const { return top_ == bottom_; }
  bool full() const { return top_ == limit_; }
  bool kept() const { return limit_ != bottom_; }  // whether single frames are kept hot at all
  uint32_t count() const { return top_ - bottom_; }
  // Requires: not empty(). The caller fills in the record.
  FrameRecord& take() { return *ring_[--top_ & kMask]; }
  // Requires: not full(). The record must already say Free, kOrderHot.
  void give(FrameRecord& record) { ring_[top_++ & kMask] = &record; }
  // n frames from `first` on become hot, the lowest comes out first. Requires: empty(), kept().
  void fill(FrameRecord* first, uint32_t n) {
    bottom_ = 0;
    top_ = n;
    limit_ = kFrames;
    for (FrameRecord** hot = &ring_[n]; hot != ring_; ++first) {
      first->state = frame_state(FrameUse::Free, kOrderHot, 0);
      *--hot = first;
    }
  }
  // Requires: not empty().
  FrameRecord* oldest() const { return ring_[bottom_ & kMask]; }
  // How many of the oldest are a batch, in ascending order; 1 if they are not.
  uint32_t oldest_neighbours() const {
    const FrameRecord* first = oldest();
    if ((first->number.value & (kBatch - 1)) != 0 || count() < kBatch) return 1;
    for (uint32_t i = kBatch - 1; i != 0; --i) {
      if (ring_[(bottom_ + i) & kMask] != first + i) return 1;
    }
    return kBatch;
  }
  void drop_oldest(uint32_t n) {
    bottom_ += n;
    limit_ += n;
  }
  // Whether single frames are kept hot from now on, or none is. Requires: empty(), to keep none.
  void keep(bool keep) { limit_ = keep ? bottom_ + kFrames : bottom_; }
  // Calls f with each record. Counts agree, or it asserts.
  template <typename F>
  void check(F&& f) const {
    KASSERT((limit_ - bottom_ == kFrames || limit_ == bottom_) && count() <= limit_ - bottom_);
    for (uint32_t i = bottom_; i != top_; ++i) f(*ring_[i & kMask]);
  }

 private:
  static constexpr uint32_t kFrames = 32;
  static constexpr uint32_t kMask = kFrames - 1;

  // Free-running; ring_[bottom..top), modulo its size, and top never passes limit.
  uint32_t top_ = 0, bottom_ = 0, limit_ = kFrames;
  FrameRecord* ring_[kFrames];
};

}  // namespace mobius::mm
