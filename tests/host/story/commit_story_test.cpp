// Stories of one block: from VmmAlloc over its first touches to VmmFree, with every state drawn.
#include <gtest/gtest.h>

#include "mm/invariants.h"
#include "sim/sim_user.h"

namespace mobius {
namespace {

using mm::PageState;
using sim::SimMachine;
using sim::SimUser;

constexpr mm::BlockOptions kReadWrite{};

class CommitStory : public testing::Test {
 protected:
  ~CommitStory() override { mm::check_machine(machine.manager); }

  VirtAddr alloc(PageCount pages, mm::BlockOptions options = kReadWrite) {
    return mm::vmm_alloc(user.space(), pages, VirtAddr{0}, options).value();
  }
  std::string draw(VirtAddr base, PageCount pages) { return user.draw(base, pages); }
  uint32_t free_frames() { return machine.frames.counts().free(); }
  // Faults that `access` takes.
  uint64_t faults_of(auto&& access) {
    uint64_t before = user.faults();
    access();
    return user.faults() - before;
  }

  SimMachine machine{{.frames = 1024}};
  SimUser user{machine};
};

TEST_F(CommitStory, R11_a_block_of_any_size_costs_nothing_until_it_is_touched) {
  uint32_t before = free_frames();
  VirtAddr big = alloc(262144);  // 1 GiB on a 4 MiB machine
  EXPECT_GE(free_frames() + 2, before);  // a slab for the region, one for the object
  EXPECT_EQ(user.map().table_frames(), 0u);
  ASSERT_TRUE(user.write32(big + 0x12345678, 1));
  // The page, its page table, a leaf and the directory of slots: one frame each.
  EXPECT_GE(free_frames() + 6, before);
  EXPECT_EQ(draw(big + 0x12344000, 3), ".D.");
}

TEST_F(CommitStory, R12_a_first_write_is_one_fault_and_commits_exactly_that_page) {
  VirtAddr block = alloc(4);
  EXPECT_EQ(draw(block, 4), "....");
  EXPECT_EQ(faults_of([&] { ASSERT_TRUE(user.write32(block + 0x1008, 7)); }), 1u);
  EXPECT_EQ(draw(block, 4), ".D..");
  EXPECT_EQ(faults_of([&] {
    ASSERT_TRUE(user.write32(block + 0x1FFC, 8));
    ASSERT_EQ(user.read32(block + 0x1008).value(), 7u);
  }), 0u);
}

TEST_F(CommitStory, R12_a_read_shows_the_zero_frame_and_the_write_after_it_is_one_more_fault) {
  VirtAddr block = alloc(3);
  ASSERT_TRUE(user.write32(block + 0x2000, 1));  // the page table is there now
  uint32_t before = free_frames();
  EXPECT_EQ(faults_of([&] { ASSERT_EQ(user.read32(block).value(), 0u); }), 1u);
  EXPECT_EQ(free_frames(), before);
  EXPECT_EQ(user.map().find(block)->frame, machine.manager.zero_frame);
  EXPECT_EQ(draw(block, 3), "c.D");
  EXPECT_EQ(faults_of([&] { ASSERT_EQ(user.read32(block + 4).value(), 0u); }), 0u);
  EXPECT_EQ(faults_of([&] { ASSERT_TRUE(user.write32(block, 5)); }), 1u);
  EXPECT_EQ(free_frames(), before - 1);
  EXPECT_EQ(draw(block, 3), "D.D");
  EXPECT_EQ(machine.memory.direct_as<uint32_t>(machine.manager.zero_frame)[0], 0u);
}

TEST_F(CommitStory, R14_fresh_memory_is_zeros_also_where_it_reuses_what_was_freed) {
  VirtAddr first = alloc(2);
  ASSERT_TRUE(user.write32(first, 0xDEAD));
  ASSERT_TRUE(user.write32(first + 0x1FFC, 0xBEEF));
  ASSERT_TRUE(mm::vmm_free(user.space(), first + 0x1234));
  EXPECT_EQ(draw(first, 2), "--");
  VirtAddr second = mm::vmm_alloc(user.space(), 2, first, kReadWrite).value();
  ASSERT_EQ(second, first);
  EXPECT_EQ(draw(second, 2), "..");
  EXPECT_EQ(user.read32(second).value(), 0u);
  ASSERT_TRUE(user.write32(second + 0x1000, 1));
  EXPECT_EQ(user.read32(second + 0x1FFC).value(), 0u);
}

TEST_F(CommitStory, R25_freeing_gives_back_every_frame_it_took) {
  VirtAddr block{};
  auto once = [&] {
    block = alloc(600);
    for (PageCount i = 0; i < 600; i += 3) ASSERT_TRUE(user.write32(pages_after(block, i), i));
    ASSERT_TRUE(mm::vmm_free(user.space(), pages_after(block, 599)));
  };
  once();  // the heap keeps one empty slab of each class it has used
  uint32_t before = free_frames();
  once();
  EXPECT_EQ(free_frames(), before);
  EXPECT_EQ(user.map().table_frames(), 0u);
  EXPECT_FALSE(user.read32(block));
  EXPECT_EQ(mm::explain_fault(user.space(), {block, mm::FaultAccess::Read}, false),
            mm::FaultReason::FreedBlock);
}

TEST_F(CommitStory, R15_dirty_survives_the_loss_of_the_translation) {
  VirtAddr block = alloc(1);
  ASSERT_TRUE(user.write32(block, 99));
  ASSERT_TRUE(mm::vmm_protect(user.space(), block, 1, Access::Read));
  EXPECT_FALSE(user.map().find(block).has_value());
  EXPECT_EQ(draw(block, 1), "D");
  EXPECT_EQ(user.read32(block).value(), 99u);
  EXPECT_FALSE(user.write32(block, 1));
  EXPECT_EQ(user.last_outcome(), mm::FaultOutcome::NotAllowed);
  ASSERT_TRUE(mm::vmm_protect(user.space(), block, 1, Access::ReadWrite));
  ASSERT_TRUE(user.write32(block, 100));
  EXPECT_EQ(user.read32(block).value(), 100u);
}

TEST_F(CommitStory, R10_discarded_pages_are_uncommitted_again) {
  VirtAddr block = alloc(4);
  for (PageCount i = 0; i < 4; ++i) ASSERT_TRUE(user.write32(pages_after(block, i), i + 1));
  ASSERT_TRUE(mm::vmm_discard(user.space(), pages_after(block, 1), 2));
  EXPECT_EQ(draw(block, 4), "D..D");
  EXPECT_EQ(user.read32(pages_after(block, 1)).value(), 0u);
  EXPECT_EQ(user.read32(pages_after(block, 3)).value(), 4u);
}

TEST_F(CommitStory, R06_resize_moves_pages_and_copies_none) {
  VirtAddr block = alloc(3), wall = alloc(1);
  ASSERT_EQ(wall, pages_after(block, 3));
  for (PageCount i = 0; i < 3; ++i) ASSERT_TRUE(user.write32(pages_after(block, i), i + 10));
  FrameNumber frame = user.map().find(pages_after(block, 2))->frame;
  VirtAddr moved = mm::vmm_resize(user.space(), block, 700).value();
  EXPECT_NE(moved, block);
  EXPECT_EQ(draw(block, 3), "---");
  EXPECT_EQ(draw(moved, 5), "DDD..");
  EXPECT_EQ(user.read32(pages_after(moved, 2)).value(), 12u);
  EXPECT_EQ(user.map().find(pages_after(moved, 2))->frame, frame);
  ASSERT_EQ(mm::vmm_resize(user.space(), moved + 1, 2).value(), moved);
  EXPECT_EQ(draw(moved, 4), "DD--");
  EXPECT_EQ(user.read32(pages_after(moved, 1)).value(), 11u);
}

TEST_F(CommitStory, R01_the_same_address_in_two_processes_is_independent) {
  SimUser other(machine);
  VirtAddr here = mm::vmm_alloc(user.space(), 1, VirtAddr{0x30000000}, kReadWrite).value();
  VirtAddr there = mm::vmm_alloc(other.space(), 1, VirtAddr{0x30000000}, kReadWrite).value();
  ASSERT_EQ(here, there);
  ASSERT_TRUE(user.write32(here, 1));
  ASSERT_TRUE(other.write32(there, 2));
  EXPECT_EQ(user.read32(here).value(), 1u);
  EXPECT_EQ(other.read32(there).value(), 2u);
}

}  // namespace
}  // namespace mobius
