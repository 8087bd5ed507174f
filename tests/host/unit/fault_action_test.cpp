// decide(): all combinations of facts, against rules written independently of its code.
#include "mm/fault/fault_action.h"

#include <gtest/gtest.h>

#include <vector>

namespace mobius::mm {
namespace {

std::vector<FaultFacts> all_facts() {
  std::vector<FaultFacts> all;
  for (Access allowed : {Access::None, Access::Read, Access::ReadWrite}) {
    for (FaultAccess access : {FaultAccess::Read, FaultAccess::Write}) {
      for (SlotKind slot : {SlotKind::Empty, SlotKind::Zero, SlotKind::Backed, SlotKind::Resident,
                            SlotKind::Busy, SlotKind::Swapped, SlotKind::Stored,
                            SlotKind::Discarded}) {
        for (Source source : {Source::None, Source::Absent, Source::Busy, Source::Resident}) {
          all.push_back({allowed, access, slot, source});
        }
      }
    }
  }
  return all;
}

bool permitted(FaultFacts f) {
  return f.access == FaultAccess::Write ? f.allowed == Access::ReadWrite
                                        : f.allowed != Access::None;
}

TEST(FaultAction, R12_refuses_exactly_what_the_region_does_not_allow) {
  for (FaultFacts f : all_facts()) {
    EXPECT_EQ(decide(f) == FaultAction::Refuse, !permitted(f));
  }
}

TEST(FaultAction, R12_a_write_never_ends_in_a_read_only_mapping) {
  for (FaultFacts f : all_facts()) {
    if (f.access != FaultAccess::Write) continue;
    EXPECT_NE(decide(f), FaultAction::MapZeroFrame);
    EXPECT_NE(decide(f), FaultAction::MapBacking);
  }
}

TEST(FaultAction, R15_a_read_never_gives_a_page_a_frame_of_its_own) {
  for (FaultFacts f : all_facts()) {
    if (f.access != FaultAccess::Read) continue;
    EXPECT_NE(decide(f), FaultAction::ZeroFill);
    EXPECT_NE(decide(f), FaultAction::ZeroReplace);
    EXPECT_NE(decide(f), FaultAction::ZeroRefill);
    EXPECT_NE(decide(f), FaultAction::CopyBacking);
  }
}

TEST(FaultAction, R10_what_a_page_holds_is_never_replaced) {
  for (FaultFacts f : all_facts()) {
    if (!permitted(f)) continue;
    FaultAction action = decide(f);
    if (f.slot == SlotKind::Resident) { EXPECT_EQ(action, FaultAction::MapOwn); }
    if (f.slot == SlotKind::Busy) { EXPECT_EQ(action, FaultAction::Wait); }
    bool zeros = action == FaultAction::ZeroFill || action == FaultAction::ZeroReplace ||
                 action == FaultAction::ZeroRefill || action == FaultAction::MapZeroFrame;
    bool shows_source = f.slot == SlotKind::Empty || f.slot == SlotKind::Backed;
    if (zeros && shows_source) { EXPECT_EQ(f.source, Source::None); }
    bool away = f.slot == SlotKind::Swapped || f.slot == SlotKind::Stored;
    if (away) { EXPECT_EQ(action, FaultAction::PageIn); }
    if (f.slot == SlotKind::Discarded) { EXPECT_TRUE(zeros); }
    const bool comes_back = f.slot == SlotKind::Discarded && f.access == FaultAccess::Write;
    EXPECT_EQ(action == FaultAction::ZeroRefill, comes_back);
    const bool shows_zeros = f.slot == SlotKind::Zero && f.access == FaultAccess::Write;
    EXPECT_EQ(action == FaultAction::ZeroReplace, shows_zeros);
  }
}

TEST(FaultAction, R16_what_is_in_a_store_is_read_once_and_waited_for_while_it_comes) {
  for (FaultFacts f : all_facts()) {
    if (!permitted(f)) continue;
    bool from_source = f.slot == SlotKind::Empty || f.slot == SlotKind::Backed;
    bool absent = f.slot == SlotKind::Swapped || f.slot == SlotKind::Stored ||
                  (from_source && f.source == Source::Absent);
    bool busy = f.slot == SlotKind::Busy || (from_source && f.source == Source::Busy);
    EXPECT_EQ(decide(f) == FaultAction::PageIn, absent);
    EXPECT_EQ(decide(f) == FaultAction::Wait, busy);
  }
}

}  // namespace
}  // namespace mobius::mm
