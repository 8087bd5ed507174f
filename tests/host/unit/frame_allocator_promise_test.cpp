// The frame allocator's promises, and its planned failures: what is kept for whom, what fails when.
#include <set>

#include "unit/frame_allocator_rig.h"

namespace mobius::mm {
namespace {

using namespace frames_rig;

// ---- promises ----

TEST(FrameAllocator, D3_promised_frames_go_to_nobody_else) {
  Machine machine(4096);
  FrameAllocator& allocator = machine.allocator;
  uint32_t free = allocator.free_frames();
  ASSERT_TRUE(allocator.promise(100).has_value());
  EXPECT_EQ(allocator.promised_frames(), 100u);
  EXPECT_EQ(allocator.free_frames(), free);
  EXPECT_EQ(machine.take_all().size(), free - 100);
  EXPECT_FALSE(allocator.allocate_run(0, FrameUse::Driver, Placement::Any).has_value());
  EXPECT_EQ(allocator.promise(1).error(), Error::OutOfFrames);
  for (uint32_t i = 0; i < 100; ++i) {
    auto frame = allocator.allocate(FrameUse::Anonymous, Placement::Any, Fill::Zero,
                                    Claim::Promised);
    ASSERT_TRUE(frame.has_value());
    frame->release();
    EXPECT_EQ(allocator.promised_frames(), 99 - i);
  }
  EXPECT_EQ(allocator.free_frames(), 0u);
}

TEST(FrameAllocator, D3_a_promise_is_kept_whole_or_not_made) {
  Machine machine(4096);
  uint32_t free = machine.allocator.free_frames();
  EXPECT_EQ(machine.allocator.promise(free + 1).error(), Error::OutOfFrames);
  EXPECT_EQ(machine.allocator.promised_frames(), 0u);
  ASSERT_TRUE(machine.allocator.promise(free).has_value());
  EXPECT_EQ(machine.take(), kNoFrame);
  machine.allocator.unpromise(free);
  EXPECT_EQ(machine.take_all().size(), free);
}

TEST(FrameAllocator, D3_a_promised_run_uses_up_its_frames) {
  Machine machine(4096);
  FrameAllocator& allocator = machine.allocator;
  uint32_t free = allocator.free_frames();
  ASSERT_TRUE(allocator.promise(free).has_value());
  EXPECT_FALSE(allocator.allocate_run(3, FrameUse::Slab, Placement::Direct).has_value());
  auto run = allocator.allocate_run(3, FrameUse::Slab, Placement::Direct, Claim::Promised);
  ASSERT_TRUE(run.has_value());
  EXPECT_EQ(allocator.promised_frames(), free - 8);
  allocator.free_run(*run, 3, FrameUse::Slab);
  EXPECT_EQ(allocator.promised_frames(), free - 8);
  EXPECT_EQ(allocator.free_frames(), free);
}

// ---- planned failures ----

TEST(FrameAllocator, D3_the_planned_allocation_fails_once_or_for_good) {
  for (bool for_good : {false, true}) {
    for (uint32_t after : {0u, 1u, 5u}) {
      Machine machine(4096);
      machine.give(machine.take());
      machine.allocator.plan_failure({after, for_good});
      for (uint32_t i = 0; i < after; ++i) EXPECT_NE(machine.take(), kNoFrame);
      EXPECT_EQ(machine.take(), kNoFrame);
      EXPECT_EQ(machine.take() == kNoFrame, for_good);
      machine.allocator.check();
      machine.allocator.plan_failure({});
      EXPECT_NE(machine.take(), kNoFrame);
    }
  }
}

TEST(FrameAllocator, D3_runs_count_in_a_plan_and_promised_frames_do_not) {
  Machine machine(4096);
  FrameAllocator& allocator = machine.allocator;
  ASSERT_TRUE(allocator.promise(3).has_value());
  allocator.plan_failure({1, true});
  EXPECT_TRUE(allocator.allocate_run(2, FrameUse::Slab, Placement::Direct).has_value());
  EXPECT_FALSE(allocator.allocate_run(2, FrameUse::Slab, Placement::Direct).has_value());
  for (int i = 0; i < 3; ++i) {
    auto frame = allocator.allocate(FrameUse::Anonymous, Placement::Any, Fill::None,
                                    Claim::Promised);
    ASSERT_TRUE(frame.has_value());
    frame->release();
  }
  allocator.plan_failure({});
}

}  // namespace
}  // namespace mobius::mm
