// OwnedFrame: a frame that is in nobody's hands but ours, and goes back by itself.
//
// A frame is in exactly one place: the free lists, a page slot, a page table, a kernel structure,
// or an OwnedFrame while it is being filled.
#pragma once

#include <utility>

#include "base/units.h"

namespace mobius::mm {

class FrameAllocator;

class [[nodiscard]] OwnedFrame {
 public:
  OwnedFrame() = default;
  OwnedFrame(FrameAllocator& allocator, FrameNumber frame)
      : allocator_(&allocator), frame_(frame) {}
  OwnedFrame(OwnedFrame&& o) noexcept
      : allocator_(o.allocator_), frame_(std::exchange(o.frame_, kNoFrame)) {}
  OwnedFrame& operator=(OwnedFrame&& o) noexcept {
    if (this != &o) {
      reset();
      allocator_ = o.allocator_;
      frame_ = std::exchange(o.frame_, kNoFrame);
    }
    return *this;
  }
  ~OwnedFrame() { reset(); }

  bool has_frame() const { return frame_ != kNoFrame; }
  FrameNumber number() const {
    KASSERT(has_frame());
    return frame_;
  }
  // Hands the frame over to whoever records it now. Requires: has_frame().
  FrameNumber release() {
    KASSERT(has_frame());
    return std::exchange(frame_, kNoFrame);
  }
  void reset() {
    if (has_frame()) give_back();
  }

 private:
  void give_back();  // frame_allocator.cpp
  FrameAllocator* allocator_ = nullptr;
  FrameNumber frame_ = kNoFrame;
};

}  // namespace mobius::mm
