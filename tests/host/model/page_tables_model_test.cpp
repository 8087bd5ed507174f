// Random operations on two sets of page tables against a naive list of what is mapped, with the
// simulated MMU's walker as a second witness. Set MOBIUS_SEED to replay a failure.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <vector>

#include "sim/sim_machine.h"

namespace mobius {
namespace {

using mm::Mapping;
using paging::PageTables;
using sim::SimMachine;

constexpr uint32_t kOperations = 400'000;
constexpr uint32_t kDataFrames = 64;

struct Expected {
  uint32_t frame;
  Access access;
  bool accessed = false, dirty = false;
};
// The whole truth about one address space: page number -> what is there.
using Model = std::map<uint32_t, Expected>;

uint32_t signature_of(uint32_t frame) { return frame * 2654435761u; }

class ModelRun {
 public:
  explicit ModelRun(uint64_t seed)
      : random(seed), m({.frames = 1200, .direct_frames = 900, .seed = seed}) {
    for (uint32_t i = 0; i < kDataFrames; ++i) {
      // Half of them above the direct map.
      frames.push_back(i % 2 == 0 ? 950 + i : 300 + i);
    }
    m.frames.zeroed().drop();
  }

  struct Space {
    mm::KernelHeap::Owned<PageTables> map;
    Model model;
    sim::SimProcess process;
  };

  void step() {
    Space& s = spaces[random.below(2)];
    const VirtAddr page = random_page();
    if (random.chance(64)) return populate(s);
    switch (random.below(8)) {
      case 0:
      case 1: return map(s, page);
      case 2: return unmap(s, page);
      case 3: return unmap_range(s);
      case 4: return protect(s, page);
      default: return touch(s, page, random.chance(2));
    }
  }

  // Few enough pages that they meet, with every border among them.
  VirtAddr random_page() {
    static constexpr uint32_t kBases[] = {0x1000,     0x3FE000,   0x400000,
                                          0x3FFFE000, 0x7FBFE000, 0x7FFF8000};
    return {kBases[random.below(6)] + random.below(8) * kPageSize};
  }

  void map(Space& s, VirtAddr page) {
    if (s.model.contains(page.page_number())) return;
    if (random.chance(8)) m.frames.gate().plan_failure({.after = 0});
    const uint32_t frame = frames[random.below(kDataFrames)];
    const Access access = random.chance(3) ? Access::Read : Access::ReadWrite;
    const auto entered = s.map->enter(page, {frame}, access, mm::FrameClass::Normal);
    m.frames.gate().plan_failure({});
    if (entered == mm::Entered::NoFrame) return;
    ASSERT_EQ(entered, mm::Entered::New);
    s.model[page.page_number()] = {frame, access};
  }

  // More pages in one piece than are flushed singly, all of them in the TLB.
  void populate(Space& s) {
    const VirtAddr begin = random_page();
    for (uint32_t i = 0; i < 40 && begin.value + i * kPageSize < kUserEnd; ++i) {
      const VirtAddr page = begin + i * kPageSize;
      map(s, page);
      touch(s, page, false);
    }
  }

  static void expect_equal(const Mapping& real, const Expected& expected, VirtAddr page) {
    EXPECT_EQ(real.frame.value, expected.frame) << std::hex << page.value;
    EXPECT_EQ(real.access, expected.access) << std::hex << page.value;
    EXPECT_EQ(real.accessed, expected.accessed) << std::hex << page.value;
    EXPECT_EQ(real.dirty, expected.dirty) << std::hex << page.value;
  }

  void unmap(Space& s, VirtAddr page) {
    const auto real = s.map->unmap(page);
    const auto known = s.model.find(page.page_number());
    ASSERT_EQ(real.has_value(), known != s.model.end());
    if (!real) return;
    expect_equal(*real, known->second, page);
    s.model.erase(known);
  }

  void unmap_range(Space& s) {
    VirtAddr a = random_page(), b = random_page() + kPageSize;
    if (random.chance(3)) b = a + (1 + random.below(4)) * kPageSize;
    if (b < a) std::swap(a, b);
    if (b.value > kUserEnd) b = {kUserEnd};
    struct Checker final : mm::MappingVisitor {
      Model* model;
      Model::iterator next;
      void visit(VirtAddr page, Mapping mapping) override {
        ASSERT_NE(next, model->end());
        ASSERT_EQ(page.page_number(), next->first) << "in order, none left out";
        expect_equal(mapping, next->second, page);
        next = model->erase(next);
      }
    } checker;
    checker.model = &s.model;
    checker.next = s.model.lower_bound(a.page_number());
    s.map->unmap_range({a, b}, checker);
    EXPECT_EQ(checker.next, s.model.lower_bound(b.page_number())) << "a page was left out";
  }

  void protect(Space& s, VirtAddr page) {
    const auto known = s.model.find(page.page_number());
    if (known == s.model.end()) return;
    known->second.access = random.chance(2) ? Access::Read : Access::ReadWrite;
    s.map->protect(page, known->second.access);
  }

  // User code reads or writes; word 1 of each frame is scribbled on, word 0 says which it is.
  void touch(Space& s, VirtAddr page, bool write) {
    const auto known = s.model.find(page.page_number());
    const bool there = known != s.model.end();
    if (write) {
      const bool allowed = there && known->second.access == Access::ReadWrite;
      const uint32_t value = random.below(UINT32_MAX);
      ASSERT_EQ(m.cpu.write32(s.process, page + 4, value).has_value(), allowed);
      if (!allowed) return;
      uint32_t in_frame = 0;
      m.memory.read({FrameNumber{known->second.frame}, 4, 4}, &in_frame);
      EXPECT_EQ(in_frame, value);
      known->second.dirty = true;
    } else {
      const auto value = m.cpu.read32(s.process, page);
      ASSERT_EQ(value.has_value(), there);
      if (!there) return;
      EXPECT_EQ(*value, signature_of(known->second.frame));
    }
    known->second.accessed = true;
  }

  void check_everything() {
    for (Space& s : spaces) {
      s.map->check();
      uint32_t tables = 0, last = UINT32_MAX;
      for (const auto& [page, expected] : s.model) {
        const auto real = s.map->find({page << kPageShift});
        ASSERT_TRUE(real.has_value());
        expect_equal(*real, expected, {page << kPageShift});
        if (page / 1024 != last) ++tables;
        last = page / 1024;
      }
      EXPECT_EQ(s.map->table_frames(), tables);
      EXPECT_EQ(s.map->mapped_pages(), s.model.size());
    }
  }

  void run(uint32_t operations) {
    start();
    for (uint32_t i = 0; i < operations && !testing::Test::HasFailure(); ++i) {
      step();
      ASSERT_EQ(m.mmu.find_stale(), "") << "after operation " << i;
      ASSERT_EQ(m.mmu.spurious_faults(), 0u) << "after operation " << i;
      if (i % 16 == 0) check_everything();
    }
    finish();
  }

  void start() {
    reserve_data_frames();
    for (Space& s : spaces) {
      s.map = std::move(*m.create_map());
      s.process = SimMachine::process_of(*s.map);
      s.process.resolve_fault = [](mm::PageFault) { return mm::FaultOutcome::NotAllowed; };
    }
    free_at_start = m.frames.counts().free();
  }
  // The frames stand for pages of objects: allocated, so that no page table lands in them.
  void reserve_data_frames() {
    for (uint32_t& frame : frames) {
      const auto where = frame >= 900 ? mm::Placement::Any : mm::Placement::Direct;
      auto owned = std::move(*m.frames.allocate(mm::FrameUse::Anonymous, where));
      frame = owned.release().value;
      const uint32_t signature = signature_of(frame);
      m.memory.write({FrameNumber{frame}, 0, 4}, &signature);
    }
  }
  void finish() {
    for (Space& s : spaces) {
      struct Ignore final : mm::MappingVisitor {
        void visit(VirtAddr, Mapping) override {}
      } ignore;
      s.map->unmap_range(kUserRange, ignore);
    }
    EXPECT_EQ(m.frames.counts().free(), free_at_start) << "every table's frame is back";
    m.leave_map();
  }

  sim::Random random;
  SimMachine m;
  std::vector<uint32_t> frames;
  Space spaces[2];
  uint32_t free_at_start = 0;
};

TEST(PageTablesModel, RandomOperationsAgreeWithANaiveList_R01_R08) {
  const char* const given = std::getenv("MOBIUS_SEED");
  const uint64_t first = given != nullptr ? std::strtoull(given, nullptr, 0) : 1;
  for (uint64_t seed = first; seed < first + 8 && !HasFailure(); ++seed) {
    SCOPED_TRACE(testing::Message() << "MOBIUS_SEED=" << seed);
    ModelRun(seed).run(kOperations / 8);
  }
}

}  // namespace
}  // namespace mobius
