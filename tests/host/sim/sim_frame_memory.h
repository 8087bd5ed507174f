// SimFrameMemory: the RAM of a simulated machine, one lazily filled host mapping.
//
// Frames below `direct_end` are reached by pointer, as in the kernel's direct map. Frames above it
// are seen only through windows, and a window is a staging page here: its bytes reach the frame
// when the window closes (reopened, or the hardware looks at the frame). So a pointer kept past the
// window's life, or one window used for two frames, shows as wrong contents.
#pragma once

#include <functional>

#include "mm/words/frame_memory.h"

namespace mobius::sim {

class SimFrameMemory final : public mm::FrameMemory {
 public:
  // `frames` of RAM from frame 0. RAM costs host memory only where it is touched.
  explicit SimFrameMemory(uint32_t frames, FrameNumber direct_end);
  explicit SimFrameMemory(uint32_t frames) : SimFrameMemory(frames, FrameNumber{frames}) {}
  ~SimFrameMemory();
  SimFrameMemory(const SimFrameMemory&) = delete;

  uint32_t frames() const { return frames_; }

  // Fills frames with junk, as RAM has it at power-on, so that a page nobody zeroed is noticed.
  void fill_with_junk(FrameRange range);

  // A frame's bytes as the processor's page walker, user code and DMA see them: any frame, no
  // window. The pointer is for one access: do not keep it.
  std::byte* hardware(FrameNumber frame);

  // Set by SimMachine: whether the allocator has the frame. A device that still writes into such a
  // frame would destroy whatever comes next (asserted by SimFile).
  std::function<bool(FrameNumber)> is_free = [](FrameNumber) { return false; };

  uint64_t windows_opened() const { return windows_opened_; }

 protected:
  std::byte* open_window(unsigned window, FrameNumber frame) override;

 private:
  void close_window(unsigned window);
  std::byte* at(FrameNumber frame) const {
    return base_ + static_cast<size_t>(frame.value) * kPageSize;
  }
  struct Window {
    FrameNumber frame = kNoFrame;
    alignas(kPageSize) std::byte bytes[kPageSize];
  };
  SimFrameMemory(uint32_t frames, FrameNumber direct_end, std::byte* base);

  std::byte* const base_;
  const uint32_t frames_;
  uint64_t windows_opened_ = 0;
  Window windows_[kWindows];
};

}  // namespace mobius::sim
