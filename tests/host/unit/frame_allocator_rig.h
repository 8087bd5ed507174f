// A small machine for the frame allocator's tests: frames, their memory, and what the tests ask.
#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "mm/frames/frame_allocator.h"
#include "sim/sim_frame_memory.h"

namespace mobius::mm::frames_rig {

inline constexpr uint32_t kFramesPerMiB = 256;
inline constexpr FrameNumber kFirst{kFramesPerMiB};  // the first MiB is never usable
inline constexpr FrameNumber kEnd16M{16 * kFramesPerMiB};

// A machine with `frames` frames of RAM from 1 MiB on, of which the first `direct` are direct.
struct Machine {
  explicit Machine(uint32_t frames, uint32_t direct) : memory(frames, {direct}), allocator(memory) {
    FrameRange usable[] = {{kFirst, {frames}}};
    if (frames <= 16384) memory.fill_with_junk(usable[0]);
    EXPECT_TRUE(allocator.initialize(usable).has_value());
    allocator.check();
  }
  explicit Machine(uint32_t frames) : Machine(frames, frames) {}
  ~Machine() { allocator.check(); }

  FrameNumber take(Placement placement = Placement::Any, Fill fill = Fill::None) {
    auto frame = allocator.allocate(FrameUse::Anonymous, placement, fill);
    return frame.has_value() ? frame->release() : kNoFrame;
  }
  void give(FrameNumber frame) { allocator.free(frame, FrameUse::Anonymous); }
  std::vector<FrameNumber> take_all(Placement placement = Placement::Any) {
    std::vector<FrameNumber> frames;
    for (FrameNumber f = take(placement); f != kNoFrame; f = take(placement)) frames.push_back(f);
    return frames;
  }
  uint32_t order_10_runs() {
    std::vector<FrameNumber> runs;
    while (auto run = allocator.allocate_run(10, FrameUse::Driver, Placement::Any)) {
      runs.push_back(*run);
    }
    for (FrameNumber run : runs) allocator.free_run(run, 10, FrameUse::Driver);
    return static_cast<uint32_t>(runs.size());
  }

  sim::SimFrameMemory memory;
  FrameAllocator allocator;
};

}  // namespace mobius::mm::frames_rig
