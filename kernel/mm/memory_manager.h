// MemoryManager: what every address space of one machine shares. Wired in main.cpp and in tests;
// two of them can live in one test process.
#pragma once

#include "mm/frame_allocator.h"
#include "mm/kernel_heap.h"
#include "mm/ports/waiting.h"
#include "mm/stats.h"

namespace mobius::mm {

struct MemoryManager {
  FrameMemory& memory;
  FrameAllocator& frames;
  KernelHeap& heap;
  Waiting& waiting;
  FrameNumber zero_frame;  // one frame of zeros, mapped read-only for pages that are only read
  Stats stats{};

  // Fails: OutOfFrames (no zero frame).
  static Result<FrameNumber> make_zero_frame(FrameAllocator& frames);
};

}  // namespace mobius::mm
