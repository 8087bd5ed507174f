// Stories of pages that must be in memory, and of pages that should be.
#include "story/swap_rig.h"

namespace mobius {
namespace {

class LockStory : public SwapRig {
 protected:
  void fill(VirtAddr block, PageCount pages) {
    for (PageIndex i = 0; i < pages; ++i) {
      ASSERT_TRUE(user.write32(pages_after(block, i), i + 1));
    }
  }
  void while_a_lock_waits(VirtAddr block, PageCount pages, Error error, auto meanwhile);
};

TEST_F(LockStory, R13_locked_pages_stay_and_unlocked_ones_go) {
  VirtAddr block = alloc(6);
  fill(block, 6);
  ASSERT_TRUE(mm::vmm_lock(user.space(), pages_after(block, 2), 2));
  evict_all();
  EXPECT_EQ(draw(block, 6), "ssDDss");
  EXPECT_EQ(user.locked_pages(), 2u);
  ASSERT_TRUE(mm::vmm_unlock(user.space(), block, 6));
  evict_all();
  EXPECT_EQ(draw(block, 6), "ssssss");
  EXPECT_EQ(user.read32(pages_after(block, 3)).value(), 4u);
}

TEST_F(LockStory, R13_locking_brings_in_what_is_paged_out) {
  VirtAddr block = alloc(3);
  fill(block, 2);
  evict_all();
  ASSERT_EQ(draw(block, 3), "ss.");
  ASSERT_TRUE(mm::vmm_lock(user.space(), block, 3));
  EXPECT_EQ(draw(block, 3), "ccc");
  evict_all();
  EXPECT_EQ(draw(block, 3), "ccc");
  EXPECT_EQ(user.read32(pages_after(block, 1)).value(), 2u);
}

TEST_F(LockStory, S1_locks_have_a_quota_and_a_refused_one_locks_nothing) {
  VirtAddr block = alloc(200);
  const uint32_t most = machine.frames.counts().total() / mm::kLockShareOfProcess;
  EXPECT_EQ(mm::vmm_lock(user.space(), block, most + 1).error(), Error::LimitReached);
  EXPECT_EQ(user.locked_pages(), 0u);
  ASSERT_TRUE(mm::vmm_lock(user.space(), block, most));
  ASSERT_TRUE(mm::vmm_lock(user.space(), block, most));  // again: nothing new
  EXPECT_EQ(mm::vmm_lock(user.space(), pages_after(block, most), 1).error(), Error::LimitReached);
  EXPECT_EQ(user.locked_pages(), most);
  ASSERT_TRUE(mm::vmm_free(user.space(), block));
  LockGuard guard(machine.manager.lock);
  EXPECT_EQ(machine.manager.locked_pages, 0u);
}

TEST_F(LockStory, R13_a_lock_that_meets_a_bad_page_locks_nothing_new) {
  VirtAddr block = alloc(4);
  fill(block, 4);
  ASSERT_TRUE(mm::vmm_lock(user.space(), block, 1));
  evict_all();
  ASSERT_EQ(draw(block, 4), "Dsss");
  swap.device.bad_reads = {2};
  EXPECT_EQ(mm::vmm_lock(user.space(), block, 4).error(), Error::IoError);
  EXPECT_EQ(user.locked_pages(), 1u);
  swap.device.bad_reads.clear();
  EXPECT_EQ(user.read32(pages_after(block, 1)).value(), 2u);  // they came in by a fault each
  EXPECT_EQ(user.read32(pages_after(block, 2)).value(), 3u);
  evict_all();
  EXPECT_EQ(draw(block, 4), "Dsss");
}

TEST_F(LockStory, R25_only_a_writable_range_inside_one_block_is_locked) {
  VirtAddr block = alloc(4);
  VirtAddr read_only = alloc(2, {.access = Access::Read});
  EXPECT_EQ(mm::vmm_lock(user.space(), block, 5).error(), Error::BadArgument);
  EXPECT_EQ(mm::vmm_lock(user.space(), VirtAddr{0x1000}, 1).error(), Error::BadArgument);
  EXPECT_EQ(mm::vmm_lock(user.space(), read_only, 2).error(), Error::BadArgument);
  EXPECT_EQ(mm::vmm_unlock(user.space(), VirtAddr{0x1000}, 1).error(), Error::BadArgument);
}

TEST_F(LockStory, R13_a_page_locked_while_it_is_written_stays) {
  VirtAddr block = alloc(1);
  fill(block, 1);
  swap.device.latency = 1000;
  machine.scheduler.spawn([&] {
    while (swap.device.writes == 0) machine.scheduler.sleep(1);
    EXPECT_TRUE(mm::vmm_lock(user.space(), block, 1));
  });
  evict_all();
  machine.scheduler.sleep(3000);
  EXPECT_EQ(user.locked_pages(), 1u);
  EXPECT_EQ(draw(block, 1), "c");
}

TEST_F(LockStory, R13_what_a_locked_block_grows_by_is_not_locked) {
  const VirtAddr block = alloc(2);
  ASSERT_TRUE(mm::vmm_lock(user.space(), block, 2));
  ASSERT_EQ(mm::vmm_resize(user.space(), block, 4).value(), block);
  (void)alloc(1);  // it cannot grow where it is any more
  ASSERT_TRUE(mm::vmm_lock(user.space(), pages_after(block, 3), 1));
  const VirtAddr moved = mm::vmm_resize(user.space(), block, 6).value();
  ASSERT_NE(moved, block);
  EXPECT_EQ(user.locked_pages(), 3u);
  fill(moved, 6);
  evict_all();
  EXPECT_EQ(draw(moved, 6), "DDsDss");
  ASSERT_EQ(mm::vmm_resize(user.space(), moved, 1).value(), moved);
  EXPECT_EQ(user.locked_pages(), 1u);
}

TEST_F(LockStory, R13_a_page_that_is_discarded_and_comes_again_stays_locked) {
  const VirtAddr block = alloc(2);
  ASSERT_TRUE(mm::vmm_lock(user.space(), block, 1));
  evict_all();  // which meets it
  ASSERT_TRUE(mm::vmm_discard(user.space(), block, 2));
  EXPECT_EQ(draw(block, 2), "..");
  fill(block, 2);
  evict_all();
  EXPECT_EQ(draw(block, 2), "Ds");
}

TEST_F(LockStory, R13_rights_that_change_leave_pages_locked) {
  const VirtAddr block = alloc(3);
  fill(block, 3);
  ASSERT_TRUE(mm::vmm_lock(user.space(), pages_after(block, 1), 2));
  ASSERT_TRUE(mm::vmm_protect(user.space(), block, 2, Access::Read));
  evict_all();
  EXPECT_EQ(draw(block, 3), "sDD");
  ASSERT_TRUE(mm::vmm_protect(user.space(), block, 2, Access::ReadWrite));
  ASSERT_TRUE(mm::vmm_unlock(user.space(), block, 3));
  EXPECT_EQ(user.region_count(), 1u);
}

TEST_F(LockStory, R13_unlocking_the_middle_leaves_both_ends_locked) {
  const VirtAddr block = alloc(5);
  fill(block, 5);
  ASSERT_TRUE(mm::vmm_lock(user.space(), block, 5));
  evict_all();
  ASSERT_TRUE(mm::vmm_unlock(user.space(), pages_after(block, 2), 1));
  EXPECT_EQ(user.locked_pages(), 4u);
  evict_all();
  EXPECT_EQ(draw(block, 5), "DDsDD");
}

TEST_F(LockStory, S1_two_locks_at_once_stay_within_the_quota) {
  const uint32_t most = machine.frames.counts().total() / mm::kLockShareOfProcess;
  VirtAddr block = alloc(2 * most);
  fill(block, 2 * most);
  evict_all();
  unsigned locked = 0, ended = 0;
  for (VirtAddr part : {block, pages_after(block, most)}) {
    machine.scheduler.spawn([&, part] {
      locked += mm::vmm_lock(user.space(), part, most) ? 1 : 0;
      ++ended;
    });
  }
  while (ended != 2) machine.scheduler.sleep(1);
  EXPECT_EQ(locked, 1u);
  EXPECT_EQ(user.locked_pages(), most);
}

// Both wait for the second page; the one that wants the third, too, fails.
TEST_F(LockStory, R13_a_lock_that_fails_unlocks_nothing_of_another_one) {
  VirtAddr block = alloc(3);
  for (int round = 0; round < 20; ++round) {
    fill(block, 2);
    evict_all();
    ASSERT_TRUE(mm::vmm_discard(user.space(), block, 1));
    ASSERT_EQ(draw(block, 2), ".s");
    ASSERT_TRUE(mm::vmm_protect(user.space(), pages_after(block, 2), 1, Access::Read));
    bool ended = false;
    machine.scheduler.spawn([&] {
      EXPECT_EQ(mm::vmm_lock(user.space(), block, 3).error(), Error::BadArgument);
      ended = true;
    });
    machine.scheduler.yield();
    EXPECT_TRUE(mm::vmm_lock(user.space(), block, 2));
    while (!ended) machine.scheduler.sleep(1);
    ASSERT_EQ(user.locked_pages(), 2u) << round;
    ASSERT_TRUE(mm::vmm_unlock(user.space(), block, 2));
  }
}

// Calls `meanwhile` while a VmmLock that is to fail so has locked the first pages and waits.
void LockStory::while_a_lock_waits(VirtAddr block, PageCount pages, Error error, auto meanwhile) {
  swap.device.latency = 1000;
  bool ended = false;
  machine.scheduler.spawn([&] {
    EXPECT_EQ(mm::vmm_lock(user.space(), block, pages).error(), error);
    ended = true;
  });
  while (user.locked_pages() == 0) machine.scheduler.sleep(1);
  meanwhile();
  while (!ended) machine.scheduler.sleep(1);
  EXPECT_EQ(user.locked_pages(), 0u);
}

TEST_F(LockStory, R13_what_is_unlocked_while_a_lock_goes_on_is_not_unlocked_again) {
  VirtAddr block = alloc(2);
  fill(block, 2);
  evict_all();
  swap.device.bad_reads = {1};
  while_a_lock_waits(block, 2, Error::IoError,
                     [&] { EXPECT_TRUE(mm::vmm_unlock(user.space(), block, 1)); });
}

TEST_F(LockStory, R25_a_block_that_moves_before_it_is_all_locked_is_not_locked) {
  VirtAddr block = alloc(3);
  (void)alloc(1);  // it cannot grow where it is
  fill(block, 3);
  evict_all();
  VirtAddr moved{};
  while_a_lock_waits(block, 3, Error::BadArgument,
                     [&] { moved = mm::vmm_resize(user.space(), block, 30).value(); });
  EXPECT_NE(moved, block);
  EXPECT_EQ(user.read32(pages_after(moved, 2)).value(), 3u);
}

TEST_F(LockStory, R13_will_need_brings_pages_in_before_they_are_touched) {
  VirtAddr block = alloc(20);
  fill(block, 20);
  evict_all();
  ASSERT_TRUE(mm::vmm_will_need(user.space(), block, 20));
  const uint64_t faults = user.faults();
  for (PageIndex i = 0; i < 20; ++i) EXPECT_EQ(user.read32(pages_after(block, i)).value(), i + 1);
  // Where there was no page table yet, the page behind the first one is not shown at once.
  EXPECT_LE(user.faults() - faults, 1u);
  EXPECT_LE(swap.device.reads, 5u);
}

TEST_F(LockStory, S1_will_need_brings_in_an_eighth_of_memory_at_most) {
  const uint32_t most = machine.frames.counts().total() / mm::kLockShareOfProcess;
  VirtAddr block = alloc(200);
  fill(block, 200);
  evict_all();
  ASSERT_EQ(swapped(), 200u);
  ASSERT_TRUE(mm::vmm_will_need(user.space(), block, 200));
  EXPECT_LE(swapped(), 200 - most);
  EXPECT_GE(swapped(), 200 - most - mm::Pager::kMaxCluster);
}

TEST_F(LockStory, D1_who_is_to_end_stops_bringing_pages_in) {
  VirtAddr block = alloc(20);
  fill(block, 20);
  evict_all();
  machine.scheduler.call_off();
  ASSERT_TRUE(mm::vmm_will_need(user.space(), block, 20));
  EXPECT_EQ(mm::vmm_lock(user.space(), block, 20).error(), Error::Interrupted);
  EXPECT_EQ(swapped(), 20u);
  EXPECT_EQ(user.locked_pages(), 0u);
}

}  // namespace
}  // namespace mobius
