// Stories of a page that comes in beside the one that was wanted: when it has come, it is shown
// only where it still belongs.
#include "sim/sim_store.h"
#include "story/swap_rig.h"

namespace mobius {
namespace {

constexpr PageCount kPages = 4;
constexpr VirtAddr kThere{0x30000000};

class NeighbourStory : public SwapRig {
 protected:
  NeighbourStory() {
    write_all(block, kPages);
    evict_all();
    sim::show(other, object(), kThere, Access::ReadWrite);
    // Keeps the page table, without which nothing is shown ahead.
    const VirtAddr beside = pages_after(kThere, 2 * kPages);
    EXPECT_TRUE(mm::vmm_alloc(other.space(), 1, beside, kReadWrite));
    EXPECT_TRUE(other.write32(beside, 1));
    swap.device.latency = 1000;
  }
  mm::VmObject& object() {
    LockGuard guard(machine.manager.lock);
    return *user.space().find(block)->object.get();
  }
  // Calls `call` while the first two pages come in, for the first one's sake.
  void while_both_come_in(auto call) {
    bool done = false;
    machine.scheduler.spawn([&] {
      (void)other.read32(kThere);
      done = true;
    });
    while (swap.device.reads == 0) machine.scheduler.yield();
    call();
    while (!done) machine.scheduler.sleep(10);
    EXPECT_EQ(swap.device.pages_read, 2u);
  }
  bool is_shown() { return other.map().find(kThere + kPageSize).has_value(); }

  sim::SimUser other{machine};
  const VirtAddr block = alloc(kPages);
};

TEST_F(NeighbourStory, R20_it_is_shown_at_once) {
  while_both_come_in([] {});
  EXPECT_TRUE(is_shown());
}

TEST_F(NeighbourStory, R05_it_is_not_shown_where_it_may_not_be_read_any_more) {
  while_both_come_in([&] {
    EXPECT_TRUE(mm::vmm_protect(other.space(), kThere + kPageSize, 1, Access::None));
  });
  EXPECT_FALSE(is_shown());
}

TEST_F(NeighbourStory, R25_it_is_not_shown_in_another_block) {
  while_both_come_in([&] {
    EXPECT_TRUE(mm::vmm_free(other.space(), kThere));
    EXPECT_TRUE(mm::vmm_alloc(other.space(), kPages, kThere, kReadWrite));
  });
  EXPECT_FALSE(is_shown());
  EXPECT_EQ(other.read32(kThere + kPageSize).value(), 0u);
}

TEST_F(NeighbourStory, R26_it_is_not_shown_where_another_page_of_its_object_is) {
  while_both_come_in([&] {
    EXPECT_TRUE(mm::vmm_free(other.space(), kThere));
    sim::show(other, object(), VirtAddr{kThere.value - kPageSize}, Access::ReadWrite);
  });
  EXPECT_FALSE(is_shown());
}

}  // namespace
}  // namespace mobius
