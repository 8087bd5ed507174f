// MemoryManager: what every address space of one machine shares. Wired in main.cpp and in tests;
// two of them can live in one test process.
#pragma once

#include "base/list.h"
#include "base/lock.h"
#include "mm/heap/kernel_heap.h"
#include "mm/ledger/promises.h"
#include "mm/ledger/footprint.h"
#include "mm/ledger/kernel_share.h"
#include "mm/objects/step_limits.h"
#include "mm/words/pressure.h"
#include "mm/words/stats.h"
#include "mm/words/waiting.h"

namespace mobius::mm {

class AddressSpace;
class PageDaemon;
class Pager;
class Residency;
class SwapPager;
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
  MemoryLock lock{};
  Stats stats GUARDED_BY(memory_lock){};
  Promises promises GUARDED_BY(memory_lock){frames};
  KernelShare share GUARDED_BY(memory_lock){};  // all of RAM, until the machine is told
  StepLimits step_limits{};  // set while it is wired
  Pressure pressure{};
  List<AddressSpace, AllSpaces> spaces GUARDED_BY(memory_lock){};
  List<VmObject, AllObjects> objects GUARDED_BY(memory_lock){};
  Footprint of_nobody GUARDED_BY(memory_lock){};  // images', shared, shown by no region
  // What evicts pages where memory is short; null on a machine that never does. Set while it is
  // wired (paging.h).
  Residency* residency = nullptr;
  PageDaemon* page_daemon = nullptr;
  SwapPager* swap = nullptr;
  Pager* default_pager = nullptr;  // of memory that has no store of its own: swap
  bool lists_are_live GUARDED_BY(memory_lock) = false;  // it wants to hear of pages that come in
  uint32_t starving GUARDED_BY(memory_lock) = 0;  // see frame_wait.h
  // Starving requests and long calls (long_call.h): with none, faults are resolved at once.
  uint32_t careful_faults GUARDED_BY(memory_lock) = 0;
  // Pages that are being read, or written: each has a frame that could soon be evicted. The thread
  // that has moved some wakes the threads that wait on these counts.
  uint32_t reads_in_flight GUARDED_BY(memory_lock) = 0;
  uint32_t writes_in_flight GUARDED_BY(memory_lock) = 0;
  uint32_t objects_made GUARDED_BY(memory_lock) = 0;  // VmObject::birth
  // By VmmLock, of all spaces: a page counts for each region that locks it.
  uint32_t locked_pages GUARDED_BY(memory_lock) = 0;

  // Read without the lock: the count only rises, and a caller compares it with an earlier one.
  uint32_t refused_promises() const NO_THREAD_SAFETY_ANALYSIS { return promises.refusals(); }

  // Fails: OutOfFrames.
  static Result<FrameNumber> make_zero_frame(FrameAllocator& frames) {
    OwnedFrame frame = TRY(frames.allocate(FrameUse::ZeroFrame, Placement::Direct, Fill::Zero));
    return frame.release();
  }
};

}  // namespace mobius::mm
