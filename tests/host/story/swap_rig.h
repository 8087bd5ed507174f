// SwapRig: what the stories of a machine with a swap device begin with: machine, device, a program,
// and that the books balance at the end.
#pragma once

#include <gtest/gtest.h>

#include "mm/invariants.h"
#include "sim/sim_swap.h"
#include "sim/sim_user.h"

namespace mobius {

inline constexpr mm::BlockOptions kReadWrite{};

class SwapRig : public testing::Test {
 protected:
  ~SwapRig() override {
    mm::check_machine(machine.manager);
    swap.finish();
    machine.scheduler.run();
  }

  static VirtAddr alloc(sim::SimUser& who, PageCount pages, mm::BlockOptions options = kReadWrite) {
    return mm::vmm_alloc(who.space(), pages, VirtAddr{0}, options).value();
  }
  VirtAddr alloc(PageCount pages, mm::BlockOptions options = kReadWrite) {
    return alloc(user, pages, options);
  }

  static uint32_t word_of(PageIndex page) { return page * 2654435761u + 1; }
  // A word of each page, each at another offset. False: the program was ended by a fault.
  static bool write_all(sim::SimUser& who, VirtAddr base, PageCount pages) {
    for (PageIndex i = 0; i < pages; ++i) {
      if (!who.write32(pages_after(base, i) + (i % 1024) * 4, word_of(i))) return false;
    }
    return true;
  }
  static void read_all(sim::SimUser& who, VirtAddr base, PageCount pages) {
    for (PageIndex i = 0; i < pages; ++i) {
      auto word = who.read32(pages_after(base, i) + (i % 1024) * 4);
      ASSERT_TRUE(word) << i;
      ASSERT_EQ(*word, word_of(i)) << i;
    }
  }
  void write_all(VirtAddr base, PageCount pages) { ASSERT_TRUE(write_all(user, base, pages)); }
  void read_all(VirtAddr base, PageCount pages) { read_all(user, base, pages); }

  // Evicts until so many frames are free, or all that can be; what is in them is forgotten.
  void press_for(uint32_t frames) {
    put_on_standby(frames);
    for (uint32_t i = 1; i <= swap.total_slots(); ++i) machine.frames.standby().forget({i});
  }
  // The same, but what comes back comes back from them.
  void put_on_standby(uint32_t frames) {
    swap.paging.daemon.start(frames);
    swap.paging.daemon.run_round();
    swap.paging.daemon.start(8);
  }
  void evict_all() { press_for(machine.frames.counts().total()); }
  std::string draw(VirtAddr base, PageCount pages) { return user.draw(base, pages); }
  mm::Stats stats() { return machine.stats(); }
  uint32_t swapped() { return swap.swapped_pages(); }

  sim::SimMachine machine{{.frames = 512}};
  sim::SimSwap swap{machine};
  sim::SimUser user{machine};
};

}  // namespace mobius
