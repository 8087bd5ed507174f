// What page tables must tell the TLB, and when: the simulated TLB never forgets by itself.
#include "unit/page_tables_fixture.h"

namespace mobius {
namespace {

TEST_F(PageTablesTest, ProtectTakesEffectAtOnceAndKeepsAccessedAndDirty) {
  map_page(kPage, {300});
  EXPECT_TRUE(can_write(kPage));
  map.protect(kPage, Access::Read);
  EXPECT_FALSE(can_write(kPage));
  EXPECT_TRUE(map.find(kPage)->dirty);
  EXPECT_TRUE(map.find(kPage)->accessed);
  EXPECT_EQ(map.find(kPage)->access, Access::Read);
  EXPECT_TRUE(can_read(kPage));
  map.protect(kPage, Access::ReadWrite);
  EXPECT_TRUE(can_write(kPage));
}

TEST_F(PageTablesTest, AnEntryInPlaceOfAnotherShowsItsFrameAtOnceAndTellsOfTheDirtyBit) {
  sign({300}, 1);
  sign({301}, 2);
  map_page(kPage, {300});
  ASSERT_TRUE(m.cpu.write32(process, kPage, 3).has_value());
  EXPECT_EQ(map.enter(kPage, {301}, Access::Read, FrameClass::Normal), Entered::OverDirty);
  EXPECT_EQ(m.cpu.read32(process, kPage), 2u);
  EXPECT_FALSE(can_write(kPage));
  EXPECT_FALSE(map.find(kPage)->dirty);
  EXPECT_EQ(map.enter(kPage, {300}, Access::ReadWrite, FrameClass::Normal), Entered::OverClean);
  EXPECT_EQ(m.cpu.read32(process, kPage), 3u);
  EXPECT_TRUE(can_write(kPage));
  EXPECT_EQ(map.mapped_pages(), 1u);
  map.check();
}

TEST_F(PageTablesTest, AWriteAfterTakeDirtyMakesDirtyAgain_R15) {
  map_page(kPage, {300});
  EXPECT_FALSE(map.take_dirty(kPage));
  EXPECT_FALSE(map.take_dirty(kPage + kPageSize)) << "not mapped";
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(can_write(kPage));
    EXPECT_TRUE(map.take_dirty(kPage));
    EXPECT_FALSE(map.find(kPage)->dirty);
    EXPECT_TRUE(map.find(kPage)->accessed);
    EXPECT_FALSE(map.take_dirty(kPage));
  }
}

TEST_F(PageTablesTest, AnAccessAfterTakeAccessedAndFlushIsSeenAgain) {
  map_page(kPage, {300});
  EXPECT_FALSE(map.take_accessed(kPage));
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(can_read(kPage));
    EXPECT_TRUE(map.take_accessed(kPage));
    EXPECT_FALSE(map.take_accessed(kPage));
    map.flush();
  }
}

TEST_F(PageTablesTest, ARemovedTableIsNotUsedForTheNextMapping) {
  sign({300}, 1);
  sign({301}, 2);
  map_page(kPage, {300});
  EXPECT_EQ(m.cpu.read32(process, kPage), 1u);
  map.unmap(kPage);
  auto other = m.frames.allocate(FrameUse::PageTable);  // the old table's frame, likely
  map_page(kPage + kPageSize, {301});
  EXPECT_EQ(m.cpu.read32(process, kPage + kPageSize), 2u);
}

TEST_F(PageTablesTest, UnmapRangeFlushesFewPagesSinglyAndManyAtOnce) {
  for (uint32_t n : {PageTables::kSinglePageFlushes, PageTables::kSinglePageFlushes + 1}) {
    for (uint32_t i = 0; i < n; ++i) {
      map_page(kPage + i * kPageSize, {300 + i});
      EXPECT_TRUE(can_read(kPage + i * kPageSize));
    }
    const uint64_t pages = m.mmu.page_flushes(), all = m.mmu.full_flushes();
    Collector visited;
    map.unmap_range(kUserRange, visited);
    EXPECT_EQ(visited.visits.size(), n);
    const bool many = n > PageTables::kSinglePageFlushes;
    EXPECT_EQ(m.mmu.page_flushes() - pages, many ? 0 : n);
    EXPECT_EQ(m.mmu.full_flushes() - all, many ? 1u : 0u);
    EXPECT_EQ(m.mmu.find_stale(), "");
  }
}

TEST_F(PageTablesTest, UnmapRangeOfNothingFlushesNothing) {
  Collector none;
  map.unmap_range(kUserRange, none);
  map.unmap_range({{0x5000}, {0x5000}}, none);
  EXPECT_TRUE(none.visits.empty());
  EXPECT_EQ(m.mmu.page_flushes() + m.mmu.full_flushes(), 0u);
}

TEST_F(PageTablesTest, ATableIsFreedOnlyAfterTheFlush) {
  struct Spy final : paging::Tlb {
    SimMachine* machine = nullptr;
    uint32_t tables_at_flush = 0;
    void look() { tables_at_flush = machine->frames.counts().used(FrameUse::PageTable); }
    void flush_page(FrameNumber, VirtAddr) override { look(); }
    void flush_all(FrameNumber) override { look(); }
  } spy;
  spy.machine = &m;
  const paging::PagingMachine spied{m.memory, m.frames, spy};
  PageTables tables(spied, std::move(*paging::PageDirectory::make(
                               m.memory, m.frames, m.kernel_directory, FrameClass::Normal)));
  const uint32_t without = m.frames.counts().used(FrameUse::PageTable);
  for (uint32_t pages : {1u, 5u, 30u}) {
    for (uint32_t i = 0; i < pages; ++i) {
      const VirtAddr page = kPage + i * paging::kTableReach;
      tables.enter(page, {300}, Access::Read, FrameClass::Normal);
    }
    if (pages == 1) {
      tables.unmap(kPage);
    } else {
      Collector all;
      tables.unmap_range(kUserRange, all);
    }
    EXPECT_EQ(spy.tables_at_flush, without + pages);
    EXPECT_EQ(m.frames.counts().used(FrameUse::PageTable), without);
  }
}

TEST_F(PageTablesTest, ALostFlushIsSeen) {
  const auto lose = [&](auto change) {
    map_page(kPage, {300});
    map_page(kPage + kPageSize, {301});
    EXPECT_TRUE(can_write(kPage));
    m.mmu.lose_flushes(true);
    change();
    EXPECT_NE(m.mmu.find_stale(), "");
    EXPECT_TRUE(can_write(kPage)) << "by a stale translation";
    m.mmu.lose_flushes(false);
    m.mmu.load_cr3(m.mmu.cr3());
    EXPECT_FALSE(can_write(kPage));
    Collector rest;
    map.unmap_range(kUserRange, rest);
  };
  lose([&] { map.unmap(kPage); });
  lose([&] { map.protect(kPage, Access::Read); });
  lose([&] {
    Collector all;
    map.unmap_range(kUserRange, all);
  });
}

}  // namespace
}  // namespace mobius
