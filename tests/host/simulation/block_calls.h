// BlockCalls: a program's calls that make, change and free blocks. One fails only for a reason.
#pragma once

#include "simulation/locks.h"

namespace mobius::simulation {

class BlockCalls {
 public:
  BlockCalls(Setting& setting, ProgramMemory& memory, Blocks& blocks, Locks& locks)
      : setting_(setting), memory_(memory), blocks_(blocks), locks_(locks) {}
  BlockCalls(const BlockCalls&) = delete;

  void alloc(Actor& by);
  void promise(Actor& by);
  void grow(Actor& by);
  void free(Actor& by);
  void protect(Actor& by);
  void discard(Actor& by);
  void resize(Actor& by);

 private:
  bool allocate(Actor& by, PageCount pages);
  void add(Block block);
  void fill(Actor& by, Block block);
  void check_refusal(const char* call, Error error);
  void check_refused_promise(const char* call, Error error, PageCount more);

  Setting& setting_;
  ProgramMemory& memory_;
  Blocks& blocks_;
  Locks& locks_;
};

}  // namespace mobius::simulation
