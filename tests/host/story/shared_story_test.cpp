// Stories of an object that several spaces show: there is one truth about each page, and everybody
// sees it at once.
#include "sim/sim_store.h"
#include "story/swap_rig.h"

namespace mobius {
namespace {

using mm::PageState;
using sim::SimUser;

constexpr PageCount kPages = 4;
constexpr VirtAddr kThere{0x30000000};

class SharedStory : public SwapRig {
 protected:
  SharedStory() { sim::show(other, object_at(block), kThere, Access::ReadWrite); }

  mm::VmObject& object_at(VirtAddr address) {
    LockGuard guard(machine.manager.lock);
    return *user.space().find(address)->object.get();
  }
  mm::Footprint footprint(SimUser& who) {
    LockGuard guard(machine.manager.lock);
    return who.space().footprint;
  }

  SimUser other{machine};
  VirtAddr block = alloc(kPages);
};

TEST_F(SharedStory, R26_what_one_writes_the_other_reads) {
  ASSERT_TRUE(user.write32(block, 77));
  EXPECT_EQ(other.read32(kThere).value(), 77u);
  ASSERT_TRUE(other.write32(kThere + kPageSize, 78));
  EXPECT_EQ(user.read32(block + kPageSize).value(), 78u);
  EXPECT_EQ(user.draw(block, kPages), other.draw(kThere, kPages));
}

TEST_F(SharedStory, R26_a_discard_is_seen_by_every_viewer) {
  ASSERT_TRUE(user.write32(block, 77));
  ASSERT_EQ(other.read32(kThere).value(), 77u);
  ASSERT_TRUE(mm::vmm_discard(user.space(), block, kPages));
  EXPECT_EQ(other.read32(kThere).value(), 0u);
}

TEST_F(SharedStory, R26_its_size_stays_while_others_show_it) {
  EXPECT_EQ(mm::vmm_resize(user.space(), block, 1).error(), Error::Busy);
  EXPECT_EQ(mm::vmm_resize(user.space(), block, kPages + 1).error(), Error::Busy);
}

TEST_F(SharedStory, R11_the_last_viewer_takes_the_pages_along) {
  ASSERT_TRUE(user.write32(block, 77));
  ASSERT_TRUE(mm::vmm_free(user.space(), block));
  other.space().clear();
  EXPECT_EQ(machine.frames.counts().used(mm::FrameUse::Anonymous), 0u);
}

// The frame of zeros that one of them shows is not the page's any more.
TEST_F(SharedStory, R15_a_first_write_is_seen_by_those_who_have_read_zeros) {
  ASSERT_EQ(other.read32(kThere).value(), 0u);
  ASSERT_EQ(user.read32(block).value(), 0u);
  ASSERT_TRUE(user.write32(block, 77));
  EXPECT_EQ(other.read32(kThere).value(), 77u);
}

// Each view has a lock of its own, and a quota for it.
TEST_F(SharedStory, R13_a_page_that_two_lock_stays_until_both_have_unlocked_it) {
  ASSERT_TRUE(user.write32(block, 77));
  ASSERT_TRUE(mm::vmm_lock(user.space(), block, 2));
  ASSERT_TRUE(mm::vmm_lock(other.space(), kThere, 1));
  EXPECT_EQ(user.locked_pages(), 2u);
  EXPECT_EQ(other.locked_pages(), 1u);
  evict_all();
  ASSERT_TRUE(mm::vmm_unlock(user.space(), block, 2));
  evict_all();
  EXPECT_EQ(other.draw(kThere, 2), "Dx");
  ASSERT_TRUE(mm::vmm_unlock(other.space(), kThere, 1));
  evict_all();
  EXPECT_EQ(other.draw(kThere, 2), "sx");
}

TEST_F(SharedStory, R13_a_lock_ends_with_its_view) {
  ASSERT_TRUE(user.write32(block, 77));
  ASSERT_TRUE(mm::vmm_lock(user.space(), block, kPages));
  evict_all();
  ASSERT_EQ(other.draw(kThere, 1), "D");
  ASSERT_TRUE(mm::vmm_free(user.space(), block));
  EXPECT_EQ(user.locked_pages(), 0u);
  evict_all();
  EXPECT_EQ(other.draw(kThere, 1), "s");
  ASSERT_TRUE(other.write32(kThere, 78));
  ASSERT_TRUE(mm::vmm_lock(other.space(), kThere, kPages));
  evict_all();
  other.space().clear();
  EXPECT_EQ(machine.manager.locked_pages, 0u);
}

TEST_F(SharedStory, R13_a_page_that_either_has_modified_is_paged_out_and_comes_back_for_both) {
  ASSERT_TRUE(other.write32(kThere, 77));
  ASSERT_EQ(user.read32(block).value(), 77u);
  ASSERT_TRUE(user.write32(block, 78));
  evict_all();
  EXPECT_EQ(user.state(block), PageState::Swapped);
  EXPECT_EQ(other.state(kThere), PageState::Swapped);
  EXPECT_EQ(other.read32(kThere).value(), 78u);
  EXPECT_EQ(user.read32(block).value(), 78u);
  EXPECT_EQ(machine.stats().pages_in, 1u);
}

TEST_F(SharedStory, R11_its_pages_are_charged_to_neither) {
  ASSERT_TRUE(user.write32(block, 77));
  ASSERT_TRUE(other.write32(kThere + kPageSize, 78));
  EXPECT_EQ(footprint(user).resident, 0u);
  EXPECT_EQ(footprint(other).resident, 0u);
  EXPECT_EQ(footprint(user).slot_bytes + footprint(other).slot_bytes, 0u);
}

TEST_F(SharedStory, R11_what_is_left_of_it_is_there_until_the_last_view_has_gone) {
  ASSERT_TRUE(other.write32(kThere, 77));
  ASSERT_TRUE(mm::vmm_free(user.space(), block));
  mm::check_machine(machine.manager);
  EXPECT_EQ(other.read32(kThere).value(), 77u);
}

TEST_F(SharedStory, R20_each_of_two_readers_reads_on_where_it_is) {
  const VirtAddr big = alloc(64);
  const VirtAddr there = kThere + 0x100000;
  sim::show(other, object_at(big), there, Access::ReadWrite);
  write_all(big, 64);
  evict_all();
  const uint64_t before = machine.stats().ios_in;
  for (PageIndex page = 0; page < 16; ++page) {
    ASSERT_TRUE(user.read32(pages_after(big, page)));
    ASSERT_TRUE(other.read32(pages_after(there, 32 + page)));
  }
  EXPECT_LE(machine.stats().ios_in - before, 10u) << "each in windows that double";
}

}  // namespace
}  // namespace mobius
