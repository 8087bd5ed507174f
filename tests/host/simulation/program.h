// Program: one process of the simulated life: its memory, its blocks, and the operations its
// threads perform.
#pragma once

#include <memory>

#include "simulation/block_calls.h"
#include "simulation/plan.h"

namespace mobius::simulation {

class Program {
 public:
  // Null where there is no memory for another one.
  static std::unique_ptr<Program> start(Setting& setting, unsigned number, mm::ImageObject& image);

  void perform(Kind kind, Actor& by);

  // Reads everything back; what has been read is given up. Returns how many pages could not be had
  // yet for want of memory; a page that its device lost, as it may, is done.
  uint32_t read_back();

  // That pages are locked just as they should be. After each step.
  void check_locks() { locks_.check(); }

  // Killed, or ended by a fault: its threads leave.
  bool doomed() const { return memory_.doomed; }
  void doom() { memory_.doomed = true; }
  unsigned threads_inside = 0;
  uint32_t footprint() const { return memory_.oracle.written_pages(); }

 private:
  Program(Setting& setting, unsigned number, mm::KernelHeap::Owned<paging::PageTables> map,
          mm::KernelHeap::Owned<mm::AddressSpace> space);
  bool load(mm::ImageObject& image);

  void zero(Actor& by);
  void lose_translations(Actor& by);
  void sweep(Actor& by, bool write);
  void touch(Actor& by, VirtAddr page, bool write);
  VirtAddr any_page(Actor& by);
  bool have_back(VirtAddr page);
  void free_what_is_done();

  Setting& setting_;
  ProgramMemory memory_;
  Blocks blocks_;
  Locks locks_;
  BlockCalls calls_;
  VirtRange stack_;
};

}  // namespace mobius::simulation
