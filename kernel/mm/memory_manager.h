// MemoryManager: what every address space of one machine shares. Wired in main.cpp and in tests;
// two of them can live in one test process.
#pragma once

#include "base/list.h"
#include "base/lock.h"
#include "mm/commit.h"
#include "mm/kernel_heap.h"
#include "mm/ports/waiting.h"
#include "mm/pressure.h"
#include "mm/stats.h"

namespace mobius::mm {

class AddressSpace;
class PageOut;
class VmObject;
struct AllSpaces {};
struct AllObjects {};

struct MemoryManager {
  FrameMemory& memory;
  FrameAllocator& frames;
  KernelHeap& heap;
  Waiting& waiting;
  const FrameNumber zero_frame;  // from make_zero_frame: what pages only ever read show

  // Guards every region, page slot, VM object and translation map of this machine.
  Lock lock{LockRank::Memory};
  Stats stats{};
  Promises promises{frames};
  Pressure pressure{};
  List<AddressSpace, AllSpaces> spaces{};
  List<VmObject, AllObjects> objects{};
  // Evicts pages where memory is short; null on a machine that never does. `tracking`: it wants to
  // hear of pages that come in.
  PageOut* pageout = nullptr;
  bool tracking = false;
  // Pages that are being read: each has a frame that could soon be evicted. Whoever has brought one
  // in wakes those who wait on this.
  uint32_t under_way = 0;

  // Fails: OutOfFrames.
  static Result<FrameNumber> make_zero_frame(FrameAllocator& frames) {
    OwnedFrame frame = TRY(frames.allocate(FrameUse::ZeroFrame, Placement::Direct, Fill::Zero));
    return frame.release();
  }
};

}  // namespace mobius::mm
