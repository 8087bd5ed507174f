// OwnedFrame: a frame that is in nobody's hands but ours, and goes back by itself.
//
// A frame is in exactly one place: the free lists, a page slot, a page table, a kernel structure,
// or an OwnedFrame while it is being filled.
#pragma once

#include <utility>

#include "mm/frames/frame_record.h"

namespace mobius::mm {

class FrameAllocator;

class [[nodiscard]] OwnedFrame {
 public:
  OwnedFrame() = default;
  OwnedFrame(FrameAllocator& allocator, FrameRecord& record)
      : allocator_(&allocator), record_(&record) {}
  OwnedFrame(OwnedFrame&& o) noexcept
      : allocator_(o.allocator_), record_(std::exchange(o.record_, nullptr)) {}
  OwnedFrame& operator=(OwnedFrame&& o) noexcept {
    if (this != &o) {
      reset();
      allocator_ = o.allocator_;
      record_ = std::exchange(o.record_, nullptr);
    }
    return *this;
  }
  ~OwnedFrame() { reset(); }

  bool has_frame() const { return record_ != nullptr; }
  // Requires: has_frame().
  FrameRecord& record() const {
    KASSERT(has_frame());
    return *record_;
  }
  FrameNumber number() const { return record().number; }
  // The caller records the frame from now on. Requires: has_frame().
  FrameNumber release() {
    const FrameNumber frame = number();
    record_ = nullptr;
    return frame;
  }
  void reset() {
    if (has_frame()) give_back(*allocator_, *std::exchange(record_, nullptr));
  }

 private:
  // In frame_allocator.cpp. Static, so that no owner need lie in memory for its sake.
  static void give_back(FrameAllocator& allocator, FrameRecord& record);
  FrameAllocator* allocator_ = nullptr;
  FrameRecord* record_ = nullptr;
};

}  // namespace mobius::mm
