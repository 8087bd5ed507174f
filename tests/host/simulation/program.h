// Program: one process of the simulated life: an address space, what it should see, and the
// operations its threads perform. Every access is compared with the oracle; one that fails must be
// excused by what the devices really did or by memory that is really full.
#pragma once

#include <memory>

#include "mm/calls/vmm.h"
#include "sim/sim_machine.h"
#include "simulation/oracle.h"
#include "simulation/plan.h"

namespace mobius::simulation {

class World;

class Program {
 public:
  // Null where there is no memory for another one.
  static std::unique_ptr<Program> start(World& world, unsigned number, mm::ImageObject& image);
  ~Program();

  // Who performs an operation: which thread, with what choices.
  struct Actor {
    sim::Random random;
    unsigned thread;
  };
  void perform(Kind kind, Actor& by);

  // Reads everything back; what has been read is given up. Returns how many pages could not be had
  // yet for want of memory; a page that its device lost, as it may, is done.
  uint32_t read_back();

  // That pages are locked just as they should be. After each step.
  void check_locks();

  bool doomed = false;          // killed, or ended by a fault: its threads leave
  unsigned threads_inside = 0;
  uint32_t footprint() const { return oracle_.written_pages(); }

 private:
  struct Block {
    VirtAddr base;
    PageCount pages;
  };
  struct Part {
    VirtAddr base;
    PageCount pages = 0;  // 0: the program has no block
  };
  Program(World& world, unsigned number, mm::KernelHeap::Owned<paging::PageTables> map,
          mm::KernelHeap::Owned<mm::AddressSpace> space);
  bool load(mm::ImageObject& image);

  void alloc(Actor& by);
  void promise(Actor& by);
  void grow(Actor& by);
  bool allocate(Actor& by, PageCount pages);
  void add_block(VirtAddr base, PageCount pages);
  void fill(Actor& by, Block block);
  void free(Actor& by);
  void protect(Actor& by);
  void discard(Actor& by);
  void lock(Actor& by);
  void unlock(Actor& by);
  struct LockCall;  // that has not returned
  void lock_refused(const LockCall& call, Error error, uint64_t evidence, uint64_t freed);
  // What the range shows is not what it was: for VmmLock calls that have not returned.
  void disturb_locks(VirtAddr base, PageCount pages);
  bool is_locked(VirtAddr page);
  bool is_being_changed(VirtAddr page);
  void resize(Actor& by);
  void zero(Actor& by);
  void lose_translations(Actor& by);
  void sweep(Actor& by, bool write);
  void touch(Actor& by, VirtAddr page, bool write);
  bool read_word(VirtAddr word);
  bool write_word(VirtAddr word, uint32_t value);
  bool reads_image(VirtAddr word, mm::FaultAccess access) const;
  mm::FrameClass class_of(VirtAddr word, mm::FaultAccess access);
  void refused(mm::FaultOutcome outcome, VirtAddr word, mm::FaultAccess access, uint64_t evidence,
               uint64_t freed);
  void check_refusal(const char* call, Error error);
  void check_refused_promise(const char* call, Error error, PageCount more);

  Block* any_block(Actor& by);
  Block* block_of(VirtAddr address);
  bool is_inside(Part part);
  bool is_writable(Part part);
  Part any_part(Actor& by, PageCount most);
  VirtAddr any_page(Actor& by);
  VirtAddr any_word(Actor& by, VirtAddr page);
  void check_page(VirtAddr word);
  bool have_back(VirtAddr page);
  void free_what_is_done();

  World& world_;
  const unsigned number_;
  mm::KernelHeap::Owned<paging::PageTables> map_;
  mm::KernelHeap::Owned<mm::AddressSpace> space_;
  sim::SimProcess process_;
  Oracle oracle_;
  std::vector<Block> blocks_;
  PageCount block_pages_ = 0;
  std::vector<LockCall*> lock_calls_;
  VirtRange stack_;
};

}  // namespace mobius::simulation
