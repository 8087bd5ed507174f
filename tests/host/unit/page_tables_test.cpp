// Page tables one behaviour at a time, watched by the simulated MMU's own walker.
#include "unit/page_tables_fixture.h"

namespace mobius {
namespace {

using PageTablesDeathTest = PageTablesTest;

TEST_F(PageTablesTest, NothingIsMappedAtFirst) {
  EXPECT_FALSE(map.find(kPage).has_value());
  EXPECT_FALSE(map.unmap(kPage).has_value());
  EXPECT_FALSE(can_read(kPage));
  EXPECT_EQ(map.table_frames(), 0u);
}

TEST_F(PageTablesTest, AMappedPageShowsItsFrame) {
  sign({300}, 0x11223344);
  map_page(kPage, {300});
  EXPECT_EQ(m.cpu.read32(process, kPage), 0x11223344u);
  ASSERT_TRUE(m.cpu.write32(process, kPage + 8, 77).has_value());
  uint32_t word = 0;
  m.memory.read({FrameNumber{300}, 8, 4}, &word);
  EXPECT_EQ(word, 77u);
  EXPECT_EQ(process.faults, 0u) << "not present -> present needs no flush";
}

TEST_F(PageTablesTest, AFreshMappingIsNeitherAccessedNorDirty) {
  map_page(kPage, {300});
  const auto found = map.find(kPage);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->frame, FrameNumber{300});
  EXPECT_EQ(found->access, Access::ReadWrite);
  EXPECT_FALSE(found->accessed);
  EXPECT_FALSE(found->dirty);
}

TEST_F(PageTablesTest, UnmapTellsOfReadsAndWrites) {
  map_page(kPage, {300});
  map_page(kPage + kPageSize, {301});
  EXPECT_TRUE(can_read(kPage));
  EXPECT_TRUE(can_write(kPage + kPageSize));
  const auto read = map.unmap(kPage);
  const auto written = map.unmap(kPage + kPageSize);
  ASSERT_TRUE(read.has_value() && written.has_value());
  EXPECT_TRUE(read->accessed);
  EXPECT_FALSE(read->dirty);
  EXPECT_TRUE(written->accessed);
  EXPECT_TRUE(written->dirty);
  EXPECT_FALSE(can_read(kPage));
  EXPECT_FALSE(can_write(kPage + kPageSize));
}

TEST_F(PageTablesTest, AReadOnlyPageCannotBeWrittenByUserOrKernel) {
  map_page(kPage, {300}, Access::Read);
  EXPECT_TRUE(can_read(kPage));
  EXPECT_FALSE(can_write(kPage));
  m.cpu.set_privilege(sim::Privilege::Supervisor);
  EXPECT_FALSE(can_write(kPage)) << "CR0.WP";
  EXPECT_FALSE(map.find(kPage)->dirty);
}

TEST_F(PageTablesTest, ATableComesWithTheFirstEntryAndGoesWithTheLast) {
  map_page(kPage, {300});
  EXPECT_EQ(map.table_frames(), 1u);
  map_page(kPage + kPageSize, {301});
  EXPECT_EQ(map.table_frames(), 1u);
  map_page(kNextTable, {302});
  EXPECT_EQ(map.table_frames(), 2u);
  EXPECT_EQ(m.frames.counts().free(), free_at_start - 2);
  map.unmap(kPage);
  EXPECT_EQ(map.table_frames(), 2u);
  map.unmap(kPage + kPageSize);
  EXPECT_EQ(map.table_frames(), 1u);
  map.unmap(kNextTable);
  EXPECT_EQ(map.table_frames(), 0u);
  EXPECT_EQ(m.frames.counts().free(), free_at_start);
}

TEST_F(PageTablesTest, WithoutAFrameForATableNothingIsEntered) {
  m.frames.gate().plan_failure({.after = 0, .for_good = true});
  EXPECT_EQ(map.enter(kPage, {300}, Access::Read, FrameClass::Normal), Entered::NoFrame);
  EXPECT_EQ(m.frames.counts().free(), free_at_start);
  EXPECT_EQ(map.table_frames(), 0u);
  m.frames.gate().plan_failure({});
  map_page(kPage, {300});
  EXPECT_TRUE(can_read(kPage));
}

TEST_F(PageTablesTest, ATableIsTakenByTheClaimOfItsPage) {
  m.frames.gate().set_admission({.reserve = m.frames.counts().free()});
  EXPECT_EQ(map.enter(kPage, {300}, Access::Read, FrameClass::Normal), Entered::NoFrame);
  EXPECT_EQ(map.enter(kPage, {300}, Access::Read, FrameClass::Promised), Entered::New);
  m.frames.gate().set_admission({.reserve = 0});
}

TEST_F(PageTablesTest, APageIsEnteredAheadOnlyWhereNothingIsAndATableIs) {
  EXPECT_EQ(map.enter_if_ready(kPage, {300}, Access::Read), mm::Offered::Declined);
  EXPECT_EQ(map.table_frames(), 0u);
  map_page(kPage, {300});
  EXPECT_EQ(map.enter_if_ready(kPage, {301}, Access::Read), mm::Offered::Declined);
  EXPECT_EQ(map.find(kPage)->frame, FrameNumber{300});
  EXPECT_EQ(map.enter_if_ready(kPage + kPageSize, {301}, Access::Read), mm::Offered::Taken);
  EXPECT_EQ(map.find(kPage + kPageSize)->frame, FrameNumber{301});
  EXPECT_EQ(map.mapped_pages(), 2u);
}

TEST_F(PageTablesTest, CreationFailsWithoutATraceAtEveryFrame) {
  // Once a slab of the heap is there, a map costs one frame, its directory.
  m.frames.gate().plan_failure({.after = 0});
  EXPECT_FALSE(m.create_map().has_value());
  EXPECT_EQ(m.frames.counts().free(), free_at_start);
  { EXPECT_TRUE(m.create_map().has_value()); }
  EXPECT_EQ(m.frames.counts().used(FrameUse::PageTable), 1u);
}

TEST_F(PageTablesTest, UnmapRangeVisitsMappedPagesInOrderAndNothingElse) {
  const VirtAddr pages[] = {{0x1000}, {0x3FF000}, {0x400000}, {0x405000}, {0x40000000},
                            {0x7FFFE000}, {0x7FFFF000}};
  uint32_t frame = 300;
  for (VirtAddr page : pages) map_page(page, {frame++});
  EXPECT_TRUE(can_write({0x405000}));
  Collector middle;
  map.unmap_range({{0x3FF000}, {0x7FFFF000}}, middle);
  ASSERT_EQ(middle.visits.size(), 5u);
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(middle.visits[i].page, pages[i + 1]);
    EXPECT_EQ(middle.visits[i].mapping.frame, FrameNumber{static_cast<uint32_t>(301 + i)});
    EXPECT_EQ(middle.visits[i].mapping.dirty, i == 2);
    EXPECT_FALSE(can_read(middle.visits[i].page));
  }
  map.check();
  EXPECT_TRUE(can_read({0x1000}));
  EXPECT_TRUE(can_read({0x7FFFF000}));
  EXPECT_EQ(map.table_frames(), 2u);
}

TEST_F(PageTablesTest, TwoMapsShowDifferentFramesAtOneAddress_R01) {
  auto other_owner = std::move(*m.create_map());
  sim::SimProcess other = SimMachine::process_of(*other_owner);
  sign({300}, 1);
  sign({301}, 2);
  map_page(kPage, {300});
  other_owner->enter(kPage, {301}, Access::ReadWrite, FrameClass::Normal);
  EXPECT_EQ(m.cpu.read32(process, kPage), 1u);
  EXPECT_EQ(m.cpu.read32(other, kPage), 2u);
  ASSERT_TRUE(m.cpu.write32(other, kPage, 22).has_value());
  EXPECT_EQ(m.cpu.read32(process, kPage), 1u);
  other_owner->unmap(kPage);
  m.leave_map();
}

TEST_F(PageTablesTest, TheKernelHalfIsSharedByEveryDirectory) {
  m.cpu.set_privilege(sim::Privilege::Supervisor);
  sign({0x123}, 0xABCD);
  EXPECT_EQ(m.cpu.read32(process, {0x80123000}), 0xABCDu);
  // A page that appears in a shared kernel table appears in every directory.
  EXPECT_FALSE(can_read({0xE0005000}));
  auto* const table = reinterpret_cast<uint32_t*>(m.memory.hardware({1}));
  table[5] = (0x123u << 12) | 3;
  EXPECT_EQ(m.cpu.read32(process, {0xE0005000}), 0xABCDu);
}

TEST_F(PageTablesTest, NothingAtOrAbove2GiBIsOpenToUserMode_R08) {
  map_page({0x7FFFF000}, {300});
  EXPECT_TRUE(can_read({0x7FFFFFFF}));
  EXPECT_TRUE(can_write({0x7FFFFFFF}));
  for (uint32_t a = kUserEnd; a != 0; a += 0x00100000) {
    EXPECT_FALSE(can_read({a})) << std::hex << a;
    EXPECT_FALSE(can_write({a})) << std::hex << a;
    EXPECT_FALSE(can_read({a + 0xFFFFF})) << std::hex << a;
  }
  EXPECT_FALSE(m.cpu.read32(process, {0x7FFFFFFE}).has_value()) << "straddles the border";
}

TEST_F(PageTablesTest, TableFramesLieInTheDirectMapPagesNeedNot) {
  SimMachine big({.frames = 2048, .direct_frames = 1024});
  auto owner = std::move(*big.create_map());
  sim::SimProcess p = SimMachine::process_of(*owner);
  EXPECT_TRUE(big.memory.is_direct(owner->directory()));
  auto frame = std::move(*big.frames.allocate(FrameUse::Anonymous));
  EXPECT_FALSE(big.memory.is_direct(frame.number()));
  const uint32_t word = 0xFEED;
  big.memory.write({frame.number(), 0, 4}, &word);
  owner->enter(kPage, frame.number(), Access::ReadWrite, FrameClass::Normal);
  for (uint32_t f = 0; f < 2048; ++f) {
    if (!big.frames.has_record({f}) || big.memory.is_direct({f})) continue;
    EXPECT_NE(big.frames.record({f}).use, FrameUse::PageTable);
  }
  EXPECT_EQ(big.cpu.read32(p, kPage), 0xFEEDu);
  owner->unmap(kPage);
  big.leave_map();
}

// A page table's frame is still the page table's while the processor may walk it.
// The witness itself: with its flush lost, each change shows the old translation.
TEST_F(PageTablesDeathTest, RefusesWhatTheContractForbids) {
  map_page(kPage, {300});
  const auto enter = [&](VirtAddr page, FrameNumber frame, Access access) {
    (void)map.enter(page, frame, access, FrameClass::Normal);
  };
  EXPECT_DEATH(enter(kPage + kPageSize, {301}, Access::None), "KASSERT");
  EXPECT_DEATH(enter(kPage + kPageSize, {1u << 20}, Access::Read), "KASSERT");
  EXPECT_DEATH(enter(kPage + 4, {301}, Access::Read), "KASSERT");
  EXPECT_DEATH(enter({0}, {301}, Access::Read), "KASSERT") << "R09";
  EXPECT_DEATH(enter({kUserEnd}, {301}, Access::Read), "KASSERT") << "R08";
  EXPECT_DEATH(map.protect(kPage + kPageSize, Access::Read), "KASSERT");
  EXPECT_DEATH(map.protect(kPage, Access::None), "KASSERT");
  Collector none;
  EXPECT_DEATH(map.unmap_range({{0x1000}, {0x80001000}}, none), "KASSERT");
  EXPECT_DEATH(map_owner_.reset(), "KASSERT") << "still mapped";
}

TEST_F(PageTablesDeathTest, RefusesAKernelHalfOpenToUserMode_R08) {
  auto* const directory = reinterpret_cast<uint32_t*>(m.memory.hardware(m.kernel_directory));
  directory[1023] = 0x1007;
  EXPECT_DEATH((void)m.create_map(), "KASSERT");
  directory[1023] = 0;
}

}  // namespace
}  // namespace mobius
