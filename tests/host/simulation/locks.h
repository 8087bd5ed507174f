// Locks: a program's VmmLock and VmmUnlock: what is locked stays in RAM, and nothing is locked that
// nobody has locked.
#pragma once

#include <vector>

#include "simulation/blocks.h"
#include "simulation/program_memory.h"

namespace mobius::simulation {

class Locks {
 public:
  Locks(Setting& setting, ProgramMemory& memory, Blocks& blocks)
      : setting_(setting), memory_(memory), blocks_(blocks) {}
  Locks(const Locks&) = delete;

  void lock(Actor& by);
  void unlock(Actor& by);
  // What the range shows is not what it was: for VmmLock calls that have not returned.
  void disturb(VirtAddr base, PageCount pages);
  // That pages are locked just as they should be.
  void check();

 private:
  struct Call;  // that has not returned
  void refused(const Call& call, Error error, uint64_t evidence, uint64_t freed);
  bool is_locked(VirtAddr page);
  bool is_writable(Part part);
  bool is_being_changed(VirtAddr page);

  Setting& setting_;
  ProgramMemory& memory_;
  Blocks& blocks_;
  std::vector<Call*> calls_;
};

}  // namespace mobius::simulation
