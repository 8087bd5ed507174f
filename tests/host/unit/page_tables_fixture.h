// What the tests of page tables share: a simulated machine whose processor stands on one map.
#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "sim/sim_machine.h"

namespace mobius {

using mm::FrameClass;
using mm::Entered;
using mm::FaultOutcome;
using mm::FrameUse;
using mm::Mapping;
using paging::PageTables;
using sim::SimMachine;

inline constexpr VirtAddr kPage{0x00400000};
inline constexpr VirtAddr kNextTable{0x00800000};

struct Collector final : mm::MappingVisitor {
  struct Visit {
    VirtAddr page;
    Mapping mapping;
  };
  std::vector<Visit> visits;
  void visit(VirtAddr page, Mapping mapping) override { visits.push_back({page, mapping}); }
};

class PageTablesTest : public testing::Test {
 protected:
  PageTablesTest() : map_owner_(std::move(*m.create_map())), map(*map_owner_) {
    process = SimMachine::process_of(map);
    process.resolve_fault = [](mm::PageFault) { return FaultOutcome::NotAllowed; };
    m.mmu.load_cr3(map.directory());
    free_at_start = m.frames.counts().free();
  }
  ~PageTablesTest() override {
    Collector all;
    map.unmap_range(kUserRange, all);
    EXPECT_EQ(map.table_frames(), 0u);
    EXPECT_EQ(m.mmu.find_stale(), "");
    EXPECT_EQ(m.mmu.spurious_faults(), 0u);
    m.leave_map();
  }

  void map_page(VirtAddr page, FrameNumber frame, Access access = Access::ReadWrite) {
    ASSERT_EQ(map.enter(page, frame, access, mm::FrameClass::Normal), mm::Entered::New);
    map.check();
  }
  void sign(FrameNumber frame, uint32_t word) { m.memory.write({frame, 0, 4}, &word); }
  bool can_read(VirtAddr a) { return m.cpu.read8(process, a).has_value(); }
  bool can_write(VirtAddr a) { return m.cpu.write8(process, a, 1).has_value(); }

  SimMachine m{{.reserved_frames = 512}};  // tests map frames 300.. as they like
  mm::KernelHeap::Owned<PageTables> map_owner_;
  PageTables& map;
  sim::SimProcess process;
  uint32_t free_at_start = 0;
};

}  // namespace mobius
