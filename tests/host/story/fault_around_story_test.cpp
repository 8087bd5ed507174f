// Stories of VM_MEM_EAGER: which pages come with a fault, which never do, and that those nobody
// asked for are in nobody's way.
#include "story/swap_rig.h"

#include <algorithm>
#include <vector>

namespace mobius {
namespace {

constexpr mm::BlockOptions kEager{.commit = mm::Commit::Around};
constexpr VirtAddr kTableBorder{0x20400000};

class FaultAround : public SwapRig {
 protected:
  void write(VirtAddr block, PageIndex page) {
    ASSERT_TRUE(user.write32(pages_after(block, page), page + 1)) << page;
    mm::check_machine(machine.manager);
  }
  // First writes to the pages [first, end), one after the other: those that faulted.
  std::vector<PageIndex> faults_of_writing(VirtAddr block, PageIndex first, PageIndex end) {
    std::vector<PageIndex> faulted;
    for (PageIndex page = first; page < end; ++page) {
      const uint64_t before = stats().faults_minor;
      write(block, page);
      if (stats().faults_minor != before) faulted.push_back(page);
    }
    return faulted;
  }
  VirtAddr alloc_at(VirtAddr base, PageCount pages, mm::BlockOptions options = kEager) {
    const VirtAddr block = mm::vmm_alloc(user.space(), pages, base, options).value();
    EXPECT_EQ(block, base);
    return block;
  }
  std::optional<mm::Mapping> mapping(VirtAddr block, PageIndex page) {
    LockGuard guard(machine.manager.lock);
    return user.map().find(pages_after(block, page));
  }
  bool slot_is_dirty(VirtAddr block, PageIndex page) {
    LockGuard guard(machine.manager.lock);
    return user.space().slot_at(pages_after(block, page))->dirty();
  }
  uint32_t owed() {
    LockGuard guard(machine.manager.lock);
    return machine.manager.promises.owed();
  }
  uint32_t spare() { return machine.frames.gate().spare(); }
  // Takes frames until so many are to spare.
  void leave(uint32_t frames) {
    while (spare() > frames) {
      held_.push_back(std::move(*machine.frames.allocate(mm::FrameUse::Driver)));
    }
    ASSERT_EQ(spare(), frames);
  }

 private:
  std::vector<mm::OwnedFrame> held_;
};

using Pages = std::vector<PageIndex>;

TEST_F(FaultAround, who_goes_straight_on_faults_at_growing_distances) {
  const VirtAddr block = alloc(80, kEager);
  EXPECT_EQ(faults_of_writing(block, 0, 80), (Pages{0, 1, 3, 7, 15, 31, 47, 63, 79}));
  EXPECT_EQ(stats().pages_ahead, 80u - 9);
  EXPECT_EQ(draw(block, 80), std::string(80, 'D'));
}

TEST_F(FaultAround, the_window_begins_anywhere_in_a_block_with_one_page) {
  const VirtAddr block = alloc(40, kEager);
  write(block, 20);
  EXPECT_EQ(draw(block, 23), "....................D..");
  write(block, 21);
  EXPECT_EQ(draw(pages_after(block, 20), 4), "DDc.");
  write(block, 22);
  EXPECT_EQ(draw(pages_after(block, 20), 4), "DDD.");
  write(block, 23);
  EXPECT_EQ(draw(pages_after(block, 20), 8), "DDDDccc.");
}

TEST_F(FaultAround, any_other_fault_begins_anew) {
  const VirtAddr block = alloc(100, kEager);
  EXPECT_EQ(faults_of_writing(block, 0, 7), (Pages{0, 1, 3}));
  write(block, 50);
  EXPECT_EQ(draw(pages_after(block, 50), 2), "D.");
  // Where the last window but one ended is nothing special any more.
  write(block, 7);
  EXPECT_EQ(draw(block, 9), "DDDDDDDD.");
  EXPECT_EQ(faults_of_writing(block, 8, 14), (Pages{8, 10}));
  // One page too far, and one that is there already.
  write(block, 15);
  EXPECT_EQ(draw(pages_after(block, 14), 3), ".D.");
  write(block, 14);
  EXPECT_EQ(draw(pages_after(block, 14), 3), "DD.");
}

TEST_F(FaultAround, a_large_window_goes_on_behind_a_gap) {
  const VirtAddr block = alloc(120, kEager);
  EXPECT_EQ(faults_of_writing(block, 0, 15), (Pages{0, 1, 3, 7}));
  // The window of 8 has ended at 15; one page may be left out, and 16 pages come.
  EXPECT_EQ(faults_of_writing(block, 16, 32), (Pages{16}));
  EXPECT_EQ(draw(pages_after(block, 15), 18), ".DDDDDDDDDDDDDDDD.");
  // Two behind a window of 16, three no more.
  EXPECT_EQ(faults_of_writing(block, 34, 50), (Pages{34}));
  EXPECT_EQ(faults_of_writing(block, 53, 55), (Pages{53, 54}));
  // Back into the gap is somewhere else.
  EXPECT_EQ(faults_of_writing(block, 50, 53), (Pages{50, 51}));
}

TEST_F(FaultAround, R12_every_second_page_is_never_a_run) {
  const VirtAddr block = alloc(60, kEager);
  for (PageIndex i = 0; i < 60; i += 2) write(block, i);
  EXPECT_EQ(stats().pages_ahead, 0u);
  // After a window of 4 neither.
  const VirtAddr other = alloc(60, kEager);
  EXPECT_EQ(faults_of_writing(other, 0, 7), (Pages{0, 1, 3}));
  const uint64_t before = stats().pages_ahead;
  for (PageIndex i = 8; i < 60; i += 2) write(other, i);
  EXPECT_EQ(stats().pages_ahead, before);
}

TEST_F(FaultAround, R12_scattered_touches_and_blocks_that_did_not_ask_get_their_page_alone) {
  const VirtAddr eager = alloc(400, kEager), plain = alloc(40);
  for (PageIndex i = 0; i < 60; ++i) write(eager, (i * 37 + 11) % 211);
  EXPECT_LE(stats().pages_ahead, 6u);
  const uint64_t before = stats().pages_ahead;
  EXPECT_EQ(faults_of_writing(plain, 0, 40).size(), 40u);
  EXPECT_EQ(stats().pages_ahead, before);
}

TEST_F(FaultAround, R12_reads_show_the_zero_frame_and_bring_nothing_along) {
  const VirtAddr block = alloc(8, kEager);
  const uint32_t used = machine.frames.counts().used(mm::FrameUse::Anonymous);
  for (PageIndex i = 0; i < 4; ++i) ASSERT_EQ(user.read32(pages_after(block, i)).value(), 0u);
  EXPECT_EQ(draw(block, 8), "cccc....");
  EXPECT_EQ(machine.frames.counts().used(mm::FrameUse::Anonymous), used);
  // Pages that were read have been referenced: each is written by a fault of its own.
  EXPECT_EQ(faults_of_writing(block, 0, 8), (Pages{0, 1, 2, 3}));
}

TEST_F(FaultAround, R15_extra_pages_are_clean_and_not_accessed_until_somebody_comes) {
  const VirtAddr block = alloc(16, kEager);
  (void)faults_of_writing(block, 0, 4);
  for (PageIndex page : {4u, 5u, 6u}) {
    ASSERT_TRUE(mapping(block, page));
    EXPECT_FALSE(mapping(block, page)->accessed || mapping(block, page)->dirty) << page;
    EXPECT_EQ(mapping(block, page)->access, Access::ReadWrite);
    EXPECT_FALSE(slot_is_dirty(block, page));
  }
  EXPECT_FALSE(mapping(block, 7));
  const uint64_t before = user.faults();
  EXPECT_EQ(user.read32(pages_after(block, 4) + 4092).value(), 0u);
  ASSERT_TRUE(user.write32(pages_after(block, 5), 1));
  EXPECT_EQ(user.faults(), before);
  EXPECT_EQ(draw(block, 8), "DDDDcDc.");
}

TEST_F(FaultAround, it_ends_with_the_block_and_where_its_rights_end) {
  const VirtAddr block = alloc_at(VirtAddr{0x20000000}, 5);
  const VirtAddr next = alloc_at(pages_after(block, 5), 5);
  EXPECT_EQ(faults_of_writing(block, 0, 5), (Pages{0, 1, 3}));
  EXPECT_EQ(draw(next, 5), ".....");
  ASSERT_TRUE(mm::vmm_free(user.space(), block));
  ASSERT_TRUE(mm::vmm_protect(user.space(), pages_after(next, 4), 1, Access::Read));
  EXPECT_EQ(faults_of_writing(next, 0, 4), (Pages{0, 1, 3}));
  EXPECT_EQ(draw(next, 5), "DDDD.");
}

TEST_F(FaultAround, it_ends_before_a_page_that_has_been_referenced) {
  const VirtAddr block = alloc(24, kEager);
  write(block, 5);
  ASSERT_TRUE(user.read32(pages_after(block, 10)));
  EXPECT_EQ(faults_of_writing(block, 0, 4), (Pages{0, 1, 3}));
  EXPECT_EQ(draw(block, 8), "DDDDcD..");
  EXPECT_EQ(faults_of_writing(block, 6, 9), (Pages{6, 7}));
  EXPECT_EQ(faults_of_writing(block, 9, 10), (Pages{9}));
  EXPECT_EQ(draw(block, 12), "DDDDcDDDDDc.");
}

TEST_F(FaultAround, no_page_table_and_no_bookkeeping_is_made_ahead) {
  const VirtAddr block = alloc_at(VirtAddr{kTableBorder.value - 5 * kPageSize}, 40);
  EXPECT_EQ(faults_of_writing(block, 0, 5), (Pages{0, 1, 3}));
  EXPECT_EQ(user.map().table_frames(), 1u);
  EXPECT_EQ(draw(block, 6), "DDDDD.");
  // It was only a stop: the window goes on to grow.
  EXPECT_EQ(faults_of_writing(block, 5, 14), (Pages{5, 13}));
  EXPECT_EQ(user.map().table_frames(), 2u);

  constexpr PageIndex kBorder = mm::SlotTable::kLeafSlots;
  const VirtAddr big = alloc_at(VirtAddr{0x30000000}, 1000);
  write(big, kBorder - 4);
  const uint32_t used = machine.frames.counts().used(mm::FrameUse::Slab);
  EXPECT_EQ(faults_of_writing(big, kBorder - 3, kBorder), (Pages{kBorder - 3, kBorder - 1}));
  EXPECT_EQ(draw(pages_after(big, kBorder), 1), ".");
  EXPECT_EQ(machine.frames.counts().used(mm::FrameUse::Slab), used);
}

TEST_F(FaultAround, when_memory_is_short_the_fault_is_resolved_and_nothing_else) {
  const VirtAddr block = alloc(80, kEager);
  (void)faults_of_writing(block, 0, 31);
  leave(5);
  // The page itself, and the four left above the watermark.
  write(block, 31);
  EXPECT_EQ(draw(pages_after(block, 31), 6), "Dcccc.");
  EXPECT_EQ(spare(), 0u);
  EXPECT_FALSE(swap.paging.daemon.wanted());
  (void)faults_of_writing(block, 32, 36);
  write(block, 36);
  EXPECT_EQ(draw(pages_after(block, 36), 2), "D.");
  EXPECT_TRUE(swap.paging.daemon.wanted());
}

TEST_F(FaultAround, frames_below_the_floor_of_promises_stay_there) {
  const VirtAddr block = alloc(40, kEager);
  (void)faults_of_writing(block, 0, 15);
  {
    LockGuard guard(machine.manager.lock);
    machine.manager.promises.set_reserve(machine.frames.counts().free() - 8 - 3);
  }
  ASSERT_EQ(spare(), 3u);
  write(block, 15);
  EXPECT_EQ(draw(pages_after(block, 15), 4), "Dcc.");
  EXPECT_FALSE(swap.paging.daemon.wanted());
}

TEST_F(FaultAround, nothing_is_taken_from_those_who_starve) {
  const VirtAddr block = alloc(40, kEager);
  std::optional<mm::Starved> starved(std::in_place, machine.manager);
  machine.scheduler.spawn([&] {
    EXPECT_EQ(faults_of_writing(block, 0, 4), (Pages{0, 1, 2, 3}));
    starved.reset();
    swap.finish();
  });
  machine.scheduler.run();
  EXPECT_EQ(stats().pages_ahead, 0u);
}

TEST_F(FaultAround, a_frame_that_cannot_be_had_ahead_is_no_failure) {
  const VirtAddr block = alloc(80, kEager);
  (void)faults_of_writing(block, 0, 15);
  machine.frames.gate().plan_failure({.after = 3});
  write(block, 15);
  EXPECT_EQ(draw(pages_after(block, 15), 4), "Dcc.");
  EXPECT_EQ(faults_of_writing(block, 16, 35), (Pages{18, 34}));
}

TEST_F(FaultAround, D3_pages_ahead_of_a_promised_block_are_given_and_owed_like_others) {
  const VirtAddr block =
      alloc(40, {.storage = mm::Storage::Promised, .commit = mm::Commit::Around});
  const uint32_t at_first = owed();
  EXPECT_EQ(faults_of_writing(block, 0, 4), (Pages{0, 1, 3}));
  EXPECT_EQ(owed(), at_first - 7);
  evict_all();
  mm::check_machine(machine.manager);
  EXPECT_EQ(draw(block, 8), "ssssxxx.");
  EXPECT_EQ(owed(), at_first - 4);
  ASSERT_TRUE(mm::vmm_discard(user.space(), block, 40));
  EXPECT_EQ(owed(), at_first);
}

TEST_F(FaultAround, D3_a_promised_block_takes_nothing_ahead_from_below_the_floor) {
  const VirtAddr block =
      alloc(40, {.storage = mm::Storage::Promised, .commit = mm::Commit::Around});
  (void)faults_of_writing(block, 0, 15);
  leave(0);
  EXPECT_EQ(faults_of_writing(block, 15, 18), (Pages{15, 16, 17}));
}

TEST_F(FaultAround, R13_untouched_pages_go_without_a_transfer) {
  const VirtAddr block = alloc(40, kEager);
  (void)faults_of_writing(block, 0, 8);
  evict_all();
  EXPECT_EQ(draw(block, 16), "ssssssssxxxxxxx.");
  EXPECT_EQ(stats().pages_out, 8u);
  EXPECT_EQ(stats().zero_pages_out, 7u);
  // They come back one by one, as zeros: whoever let them go untouched gets nothing ahead there.
  EXPECT_EQ(user.read32(pages_after(block, 8)).value(), 0u);
  EXPECT_EQ(faults_of_writing(block, 9, 12), (Pages{9, 10, 11}));
  for (PageIndex i = 0; i < 8; ++i) EXPECT_EQ(user.read32(pages_after(block, i)).value(), i + 1);
}

TEST_F(FaultAround, R13_untouched_pages_go_before_those_in_use) {
  evict_all();  // from now on pages are listed
  const VirtAddr old = alloc(20), block = alloc(104, kEager);
  write_all(old, 20);
  for (PageIndex first : {0u, 36u, 72u}) (void)faults_of_writing(block, first, first + 16);
  ASSERT_EQ(stats().pages_ahead, 3u * 26);
  read_all(old, 20);
  for (PageIndex first : {0u, 36u, 72u}) {
    for (PageIndex i = 0; i < 16; ++i) ASSERT_TRUE(user.read32(pages_after(block, first + i)));
  }
  press_for(machine.frames.counts().free());
  const std::string written(16, 'D');
  std::string all = draw(old, 20);
  EXPECT_EQ(all, std::string(20, 'D'));
  for (PageIndex first : {0u, 36u, 72u}) {
    EXPECT_EQ(draw(pages_after(block, first), 16), written);
    all += draw(pages_after(block, first + 16), 16);
  }
  EXPECT_EQ(std::count(all.begin(), all.end(), 'x'), mm::Eviction::kBatch);
  EXPECT_EQ(stats().pages_out, 0u);
  read_all(old, 20);
}

// Who has just faulted must get to use his page; what came along waits for nobody.
TEST_F(FaultAround, R13_untouched_pages_are_no_newcomers) {
  evict_all();  // from now on pages are listed
  const VirtAddr block = alloc(32, kEager);
  (void)faults_of_writing(block, 0, 16);
  evict_all();
  EXPECT_EQ(draw(block, 32), std::string(16, 's') + std::string(15, 'x') + ".");
  EXPECT_EQ(stats().pages_out, 16u);
}

TEST_F(FaultAround, R25_D1_the_calls_find_pages_that_came_ahead_as_any_others) {
  const uint32_t at_first = machine.frames.counts().used(mm::FrameUse::Anonymous);
  for (int call = 0; call < 6; ++call) {
    const VirtAddr block = alloc(64, kEager);
    (void)faults_of_writing(block, 0, 8);
    switch (call) {
      case 0: break;
      case 1: ASSERT_TRUE(mm::vmm_discard(user.space(), pages_after(block, 6), 5)); break;
      case 2: ASSERT_TRUE(mm::vmm_resize(user.space(), block, 10)); break;
      case 3:
        ASSERT_TRUE(mm::vmm_protect(user.space(), pages_after(block, 6), 5, Access::None));
        break;
      case 4: ASSERT_TRUE(mm::vmm_lock(user.space(), pages_after(block, 6), 5)); break;
      case 5: evict_all(); break;
    }
    mm::check_machine(machine.manager);
    ASSERT_TRUE(mm::vmm_free(user.space(), block));
    mm::check_machine(machine.manager);
    EXPECT_EQ(machine.frames.counts().used(mm::FrameUse::Anonymous), at_first) << call;
  }
  {
    sim::SimUser killed(machine);
    ASSERT_TRUE(write_all(killed, alloc(killed, 64, kEager), 20));
  }
  EXPECT_EQ(machine.frames.counts().used(mm::FrameUse::Anonymous), at_first);
}

TEST_F(FaultAround, a_block_stays_eager_when_it_is_cut_moved_grown_and_discarded) {
  VirtAddr block = alloc_at(VirtAddr{0x20000000}, 24);
  alloc_at(pages_after(block, 24), 1);
  EXPECT_EQ(faults_of_writing(block, 0, 15), (Pages{0, 1, 3, 7}));
  block = mm::vmm_resize(user.space(), block, 64).value();
  mm::check_machine(machine.manager);
  // Its pages have moved: each is entered anew where it is now. The window goes on behind them.
  EXPECT_EQ(faults_of_writing(block, 15, 32), (Pages{15, 31}));
  ASSERT_TRUE(mm::vmm_discard(user.space(), block, 64));
  EXPECT_EQ(faults_of_writing(block, 0, 8), (Pages{0, 1, 3, 7}));
  block = mm::vmm_resize(user.space(), block, 12).value();
  EXPECT_EQ(draw(block, 13), "DDDDDDDDcccc-");
  ASSERT_TRUE(mm::vmm_protect(user.space(), block, 12, Access::Read));
  ASSERT_TRUE(mm::vmm_protect(user.space(), block, 12, Access::ReadWrite));
  EXPECT_EQ(draw(block, 12), "DDDDDDDDcccc");
  EXPECT_TRUE(mm::vmm_query(user.space(), block).value().eager);
  EXPECT_FALSE(mm::vmm_query(user.space(), alloc(1)).value().eager);
}

}  // namespace
}  // namespace mobius
