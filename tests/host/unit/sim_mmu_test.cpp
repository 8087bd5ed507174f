// The simulated memory, MMU and processor: a witness must be known to tell the truth.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sim/sim_cpu.h"
#include "sim/sim_mmu.h"
#include "unit/sim_words.h"

namespace mobius::sim {
namespace {

TEST(SimFrameMemory, FramesAboveTheDirectMapAreReachedThroughWindows) {
  SimFrameMemory memory(16, {8});
  EXPECT_TRUE(memory.is_direct({7}));
  EXPECT_FALSE(memory.is_direct({8}));
  uint32_t value = 0x1234, back = 0;
  memory.write({FrameNumber{12}, 100, 4}, &value);
  memory.read({FrameNumber{12}, 100, 4}, &back);
  EXPECT_EQ(back, value);
  EXPECT_EQ(word_in(memory, 12, 25), value) << "the hardware sees what the kernel wrote";
  set_word(memory, 12, 26, 99);
  memory.read({FrameNumber{12}, 104, 4}, &back);
  EXPECT_EQ(back, 99u) << "and the other way round";
  memory.copy({13}, {12});
  EXPECT_EQ(word_in(memory, 13, 25), value);
  memory.copy({2}, {13});
  EXPECT_EQ(word_in(memory, 2, 26), 99u);
  memory.zero({13});
  EXPECT_EQ(word_in(memory, 13, 25), 0u);
  EXPECT_EQ(word_in(memory, 12, 25), value);
  EXPECT_GE(memory.windows_opened(), 5u);
  EXPECT_DEATH((void)memory.direct({8}), "KASSERT");
}

TEST(SimFrameMemory, JunkFillsWhatIsAsked) {
  SimFrameMemory memory(4);
  memory.fill_with_junk({{1}, {3}});
  EXPECT_EQ(word_in(memory, 0, 0), 0u);
  EXPECT_EQ(word_in(memory, 1, 0), 0xA5A5A5A5u);
  EXPECT_EQ(word_in(memory, 2, 1023), 0xA5A5A5A5u);
  EXPECT_EQ(word_in(memory, 3, 0), 0u);
}

// Directory in frame 1, table in frame 2, page 0x00400000 -> frame 5. P 1, R/W 2, U/S 4.
class SimMmuTest : public testing::Test {
 protected:
  SimMmuTest() {
    set_word(memory, 1, 1, 0x2007);
    set_word(memory, 2, 0, 0x5007);
    mmu.load_cr3({1});
  }
  std::string go(VirtAddr a, MemoryAccess access, Privilege who = Privilege::User) {
    const auto result = mmu.translate(a, access, who);
    char text[40];
    if (result) {
      std::snprintf(text, sizeof text, "%#llx", static_cast<unsigned long long>(*result));
    } else {
      EXPECT_EQ(result.error().address, a);
      std::snprintf(text, sizeof text, "fault %u", result.error().error_code);
    }
    return text;
  }
  std::string read(VirtAddr a) { return go(a, MemoryAccess::Read); }
  std::string write(VirtAddr a) { return go(a, MemoryAccess::Write); }

  SimFrameMemory memory{2048};
  SimMmu mmu{memory};
  static constexpr VirtAddr kPage{0x00400000};
};

TEST_F(SimMmuTest, WalksTwoLevelsAndSetsAccessedAndDirty) {
  EXPECT_EQ(read(kPage + 0x123), "0x5123");
  EXPECT_EQ(word_in(memory, 1, 1), 0x2027u);
  EXPECT_EQ(word_in(memory, 2, 0), 0x5027u);
  EXPECT_EQ(write(kPage), "0x5000") << "a cached clean translation: D is set now";
  EXPECT_EQ(word_in(memory, 2, 0), 0x5067u);
  EXPECT_EQ(mmu.find_stale(), "");
}

TEST_F(SimMmuTest, AClearedBitIsNotSetAgainBeforeAFlush) {
  write(kPage);
  set_word(memory, 2, 0, 0x5007);
  write(kPage);
  EXPECT_EQ(word_in(memory, 2, 0), 0x5007u);
  EXPECT_NE(mmu.find_stale(), "");
  mmu.invlpg(kPage);
  write(kPage);
  EXPECT_EQ(word_in(memory, 2, 0), 0x5067u);
}

TEST_F(SimMmuTest, ErrorCodesSayWhatWasWrong) {
  EXPECT_EQ(read({0x00401000}), "fault 4");  // not present, user
  EXPECT_EQ(write({0x00800000}), "fault 6");
  EXPECT_EQ(go({0x00800000}, MemoryAccess::Read, Privilege::Supervisor), "fault 0");
  set_word(memory, 2, 1, 0x6005);
  EXPECT_EQ(write({0x00401000}), "fault 7");
  EXPECT_EQ(read({0x00401000}), "0x6000");
  EXPECT_EQ(word_in(memory, 2, 1), 0x6025u) << "a refused write sets no bit";
  set_word(memory, 2, 2, 0x7003);
  EXPECT_EQ(read({0x00402000}), "fault 5");
  EXPECT_EQ(go({0x00402000}, MemoryAccess::Write, Privilege::Supervisor), "0x7000");
}

TEST_F(SimMmuTest, RightsAreTheLeastOfBothLevels) {
  set_word(memory, 1, 1, 0x2005);
  EXPECT_EQ(write(kPage), "fault 7");
  set_word(memory, 1, 1, 0x2003);
  EXPECT_EQ(read(kPage), "fault 5");
}

TEST_F(SimMmuTest, WriteProtectBindsTheKernelToo) {
  set_word(memory, 2, 0, 0x5005);
  EXPECT_EQ(go(kPage, MemoryAccess::Write, Privilege::Supervisor), "fault 3");
  mmu.set_write_protect(false);
  EXPECT_EQ(go(kPage, MemoryAccess::Write, Privilege::Supervisor), "0x5000");
  EXPECT_EQ(write(kPage), "fault 7");
}

TEST_F(SimMmuTest, BigPages) {
  set_word(memory, 1, 2, 0x00400087);
  EXPECT_EQ(write({0x00812345}), "0x412345");
  EXPECT_EQ(word_in(memory, 1, 2), 0x004000E7u);
  EXPECT_EQ(mmu.find_stale(), "");
  set_word(memory, 1, 3, 0x00402087);
  EXPECT_EQ(read({0x00C00000}), "fault 13") << "a reserved bit";
}

TEST_F(SimMmuTest, TranslationsStayUntilTheyAreFlushed) {
  read(kPage);
  set_word(memory, 2, 0, 0);
  EXPECT_EQ(read(kPage), "0x5000") << "stale";
  EXPECT_NE(mmu.find_stale(), "");
  mmu.flush_page({7}, kPage);
  EXPECT_EQ(read(kPage), "0x5000") << "another directory's flush";
  mmu.flush_page({1}, kPage);
  EXPECT_EQ(read(kPage), "fault 4");
}

TEST_F(SimMmuTest, DirectoryEntriesAreCachedToo) {
  read(kPage);
  set_word(memory, 1, 1, 0x3007);  // another table, in frame 3
  set_word(memory, 3, 1, 0x9007);
  set_word(memory, 2, 1, 0x8007);
  EXPECT_EQ(read(kPage + 0x1000), "0x8000") << "walked by the old table";
  EXPECT_NE(mmu.find_stale(), "");
  mmu.invlpg({0x70000000});
  EXPECT_EQ(read({0x00402000}), "fault 4") << "INVLPG of any page drops them all";
  mmu.invlpg(kPage + 0x1000);
  EXPECT_EQ(read(kPage + 0x1000), "0x9000");
}

TEST_F(SimMmuTest, AFaultByAStaleTranslationIsCountedAndDropsIt) {
  set_word(memory, 2, 0, 0x5005);
  read(kPage);
  set_word(memory, 2, 0, 0x5027);  // writable now, not flushed
  EXPECT_EQ(write(kPage), "fault 7");
  EXPECT_EQ(mmu.spurious_faults(), 1u);
  EXPECT_EQ(write(kPage), "0x5000") << "the fault itself dropped the translation";
  EXPECT_EQ(mmu.faults(), 1u);
}

TEST_F(SimMmuTest, CpuRepeatsAnAccessAcrossPagesUntilBothAreThere) {
  SimCpu cpu(memory, mmu);
  SimProcess process{{1}, {}, 0};
  std::vector<uint32_t> asked;
  process.resolve_fault = [&](mm::PageFault fault) {
    asked.push_back(fault.address.value);
    EXPECT_EQ(fault.access, mm::FaultAccess::Write);
    if (asked.size() == 1) {
      set_word(memory, 2, 2, 0x6007);
      set_word(memory, 2, 1, 0);  // what was there goes while the kernel sleeps
      mmu.invlpg({0x00401000});
    } else {
      set_word(memory, 2, 1, 0x5007);
    }
    return mm::FaultOutcome::Resolved;
  };
  set_word(memory, 2, 1, 0x5007);
  ASSERT_TRUE(cpu.write32(process, {0x00401FFE}, 0xAABBCCDD).has_value());
  EXPECT_EQ(asked, (std::vector<uint32_t>{0x00402000, 0x00401FFE}));
  EXPECT_EQ(process.faults, 2u);
  EXPECT_EQ(word_in(memory, 5, 1023) >> 16, 0xCCDDu);
  EXPECT_EQ(word_in(memory, 6, 0) & 0xFFFF, 0xAABBu);
  EXPECT_EQ(cpu.read32(process, {0x00401FFE}), 0xAABBCCDDu);
  process.resolve_fault = [](mm::PageFault) { return mm::FaultOutcome::IoError; };
  EXPECT_EQ(cpu.read8(process, {0x1000}).error(), mm::FaultOutcome::IoError);
}

TEST_F(SimMmuTest, AnAccessThatNeverGetsThroughEndsTheTest) {
  SimCpu cpu(memory, mmu);
  SimProcess process{{1}, [](mm::PageFault) { return mm::FaultOutcome::Resolved; }, 0};
  EXPECT_DEATH((void)cpu.read8(process, {0x1000}), "faults for ever");
}

}  // namespace
}  // namespace mobius::sim
