// SimMachine: a whole simulated machine: RAM, frames, heap, MMU, threads, wired as main.cpp wires
// the real one. Two of them can live in one test.
#pragma once

#include <memory>

#include "arch/i386/paging/page_tables.h"
#include "mm/frames/frame_allocator.h"
#include "mm/heap/kernel_heap.h"
#include "mm/objects/memory_manager.h"
#include "sim/sim_cpu.h"
#include "sim/sim_disk.h"
#include "sim/sim_frame_memory.h"
#include "sim/sim_mmu.h"
#include "sim/sim_scheduler.h"

namespace mobius::sim {

struct SimMachineConfig {
  uint32_t frames = 1024;              // of RAM, from frame 0: 4 MiB
  uint32_t direct_frames = UINT32_MAX; // below this: direct map; above: windows
  uint32_t reserved_frames = 256;      // the first MiB, the kernel image: not usable
  uint64_t seed = 1;                   // of the scheduler
  bool junk = true;                    // RAM holds junk at power-on (up to 64 MiB of it)
  mm::Waiting* waiting = nullptr;      // who waits; null: the fibers of `scheduler`
};

class SimMachine {
 public:
  explicit SimMachine(const SimMachineConfig& config = {});
  SimMachine(const SimMachine&) = delete;

  // A directory and its page tables. Fails: OutOfFrames.
  Result<mm::KernelHeap::Owned<paging::PageTables>> create_map(
      mm::FrameClass who = mm::FrameClass::Normal);
  // The process that uses `map`; set resolve_fault on it.
  static SimProcess process_of(const paging::PageTables& map) { return {map.directory(), {}, 0}; }
  // Must be called before a map goes away: no processor may stand on its directory.
  void leave_map() { mmu.load_cr3(kernel_directory); }
  uint32_t reads_under_way() {
    LockGuard guard(manager.lock);
    return manager.reads_in_flight;
  }
  mm::Stats stats() {
    LockGuard guard(manager.lock);
    return manager.stats;
  }

  SimFrameMemory memory;
  SimMmu mmu;
  SimCpu cpu;
  SimScheduler scheduler;
  mm::FrameAllocator frames;
  // The kernel's own directory: its upper half is all set, the user half empty.
  const FrameNumber kernel_directory;
  mm::KernelHeap heap;
  paging::PagingMachine paging;
  mm::MemoryManager manager;

 private:
  FrameNumber start(const SimMachineConfig& config);
  bool frame_is_free(FrameNumber f);
};

}  // namespace mobius::sim
