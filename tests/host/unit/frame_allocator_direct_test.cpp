// The frame allocator on a machine with RAM beyond the direct map: what stays free in it, for whom.
#include "unit/frame_allocator_rig.h"

namespace mobius::mm {
namespace {

using namespace frames_rig;

constexpr uint32_t kDirect = 6144;

class BeyondDirect : public testing::Test {
 protected:
  bool take(Placement placement, FrameClass who = FrameClass::Normal) {
    auto frame = allocator.allocate(FrameUse::Anonymous, placement, Fill::None, who);
    if (frame) frame->release();
    return frame.has_value();
  }
  uint32_t direct_left() { return allocator.counts().free_direct(); }

  Machine machine{8192, kDirect};
  FrameAllocator& allocator = machine.allocator;
};

TEST_F(BeyondDirect, D3_counts_the_frames_of_the_direct_map) {
  const uint32_t all = allocator.counts().direct();
  EXPECT_GT(all, kDirect - kFramesPerMiB - 200);
  EXPECT_EQ(direct_left(), all);
  const FrameNumber beyond = machine.take(), direct = machine.take(Placement::Direct);
  EXPECT_EQ(direct_left(), all - 1);
  machine.give(beyond);
  EXPECT_EQ(direct_left(), all - 1);
  machine.give(direct);
  EXPECT_EQ(direct_left(), all);
  const auto run = allocator.allocate_run(3, FrameUse::Slab, Placement::Direct);
  EXPECT_EQ(direct_left(), all - 8);
  allocator.free_run(*run, 3, FrameUse::Slab);
  EXPECT_EQ(direct_left(), all);
}

TEST_F(BeyondDirect, D3_all_leave_the_reserve_there_and_what_is_promised_there) {
  allocator.gate().set_admission({.reserve = 10, .promised = 50, .direct = 20});
  EXPECT_EQ(allocator.gate().must_stay_free_direct(), 30u);
  while (take(Placement::Direct)) {}
  EXPECT_EQ(direct_left(), 30u);
  EXPECT_GT(allocator.counts().free(), 1000u);
  EXPECT_FALSE(allocator.gate().some_left(FrameClass::Normal, Placement::Direct));
  EXPECT_TRUE(allocator.gate().some_left(FrameClass::Normal));
  while (take(Placement::Any)) {}
  EXPECT_EQ(allocator.counts().free(), 60u);  // 30 of them beyond it
  EXPECT_FALSE(take(Placement::Any, FrameClass::Growth));
  EXPECT_TRUE(take(Placement::Any, FrameClass::Returning));
  while (take(Placement::Any, FrameClass::Returning)) {}
  EXPECT_EQ(direct_left(), 30u);
  EXPECT_EQ(allocator.counts().free(), 30u);
}

TEST_F(BeyondDirect, D3_promised_requests_leave_nothing_there) {
  allocator.gate().set_admission({.reserve = 10, .promised = 50, .direct = 20});
  while (take(Placement::Direct, FrameClass::Promised)) {}
  EXPECT_EQ(direct_left(), 0u);
  while (take(Placement::Any, FrameClass::Promised)) {}
  EXPECT_EQ(allocator.counts().free(), 0u);
}

TEST_F(BeyondDirect, D3_slots_make_up_for_promised_tables_last) {
  allocator.gate().set_admission({.reserve = 10, .promised = 5, .direct = 20});
  EXPECT_EQ(allocator.gate().must_stay_free_direct(), 15u);
}

TEST_F(BeyondDirect, D3_runs_leave_the_same) {
  allocator.gate().set_admission({.reserve = 10, .promised = 50, .direct = 20});
  while (direct_left() > 60) ASSERT_TRUE(take(Placement::Direct));
  while (allocator.allocate_run(2, FrameUse::Slab, Placement::Direct)) {}
  EXPECT_GE(direct_left(), 30u);
  EXPECT_LT(direct_left(), 60u);
}

// What is on standby there is free there, and as little to be had: its contents are, elsewhere.
TEST_F(BeyondDirect, D3_frames_on_standby_there_stay_there) {
  auto frame = allocator.allocate(FrameUse::Anonymous, Placement::Direct);
  const uint32_t before = direct_left(), word = 0x1234567;
  FrameRecord& record = allocator.record(frame->release());
  machine.memory.write({record.number, 0, 4}, &word);
  record.swap_slot = {1};
  allocator.free_to_standby(record);
  EXPECT_EQ(direct_left(), before + 1);
  allocator.gate().set_admission({.reserve = direct_left()});
  const auto back = allocator.take_standby({1}, FrameUse::Anonymous, FrameClass::Normal);
  ASSERT_TRUE(back.has_frame());
  EXPECT_GE(back.number().value, kDirect);
  uint32_t read = 0;
  machine.memory.read({back.number(), 0, 4}, &read);
  EXPECT_EQ(read, word);
  EXPECT_FALSE(allocator.standby().has({1}));
  EXPECT_EQ(direct_left(), before + 1);
}

TEST_F(BeyondDirect, D3_where_all_ram_is_direct_nothing_changes) {
  Machine small(4096);
  small.allocator.gate().set_admission({.reserve = 10, .promised = 50, .direct = 20});
  EXPECT_EQ(small.allocator.gate().must_stay_free_direct(), 0u);
  EXPECT_EQ(small.allocator.counts().direct(), small.allocator.counts().total());
  EXPECT_EQ(small.take_all(Placement::Direct).size(), small.allocator.counts().total() - 60);
  EXPECT_EQ(small.allocator.counts().free_direct(), 60u);
}

}  // namespace
}  // namespace mobius::mm
