// ProgramMemory: the address space of a program and what it should see. Every access is compared
// with the oracle; one that fails must be excused by what the devices really did or by memory that
// is really full.
#pragma once

#include "mm/calls/vmm.h"
#include "sim/sim_machine.h"
#include "simulation/oracle.h"

namespace mobius::simulation {

class Setting;

// Who performs an operation: which thread, with what choices.
struct Actor {
  sim::Random random;
  unsigned thread;
};

class ProgramMemory {
 public:
  ProgramMemory(Setting& setting, unsigned number, mm::KernelHeap::Owned<paging::PageTables> map,
                mm::KernelHeap::Owned<mm::AddressSpace> space);
  ~ProgramMemory();
  ProgramMemory(const ProgramMemory&) = delete;

  // One word. False: it was refused, for a reason.
  bool read(VirtAddr word);
  bool write(VirtAddr word, uint32_t value);
  // Of that page: one that was written to, or any of the thread's own.
  VirtAddr any_word(Actor& by, VirtAddr page);

  const unsigned number;
  const mm::KernelHeap::Owned<paging::PageTables> map;
  mm::KernelHeap::Owned<mm::AddressSpace> space;
  Oracle oracle;
  bool doomed = false;  // killed, or ended by a fault: the threads leave

 private:
  void refused(mm::FaultOutcome outcome, VirtAddr word, mm::FaultAccess access, uint64_t evidence,
               uint64_t freed);
  bool reads_image(VirtAddr word, mm::FaultAccess access) const;
  mm::FrameClass class_of(VirtAddr word, mm::FaultAccess access);
  void check_page(VirtAddr word);

  Setting& setting_;
  sim::SimProcess process_;
};

}  // namespace mobius::simulation
