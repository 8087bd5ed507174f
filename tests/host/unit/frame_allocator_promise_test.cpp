// The frame allocator's promises, and its planned failures: what is kept for whom, what fails when.
#include <set>

#include "mm/ledger/promises.h"
#include "unit/frame_allocator_rig.h"

namespace mobius::mm {
namespace {

using namespace frames_rig;

// ---- the floor ----

TEST(FrameAllocator, D3_frames_below_the_floor_go_to_promised_requests_alone) {
  Machine machine(4096);
  FrameAllocator& allocator = machine.allocator;
  uint32_t free = allocator.counts().free();
  allocator.gate().set_admission({.reserve = 100});
  EXPECT_EQ(machine.take_all().size(), free - 100);
  EXPECT_FALSE(allocator.allocate_run(0, FrameUse::Driver, Placement::Any).has_value());
  for (uint32_t i = 0; i < 100; ++i) {
    auto frame = allocator.allocate(FrameUse::Anonymous, Placement::Any, Fill::Zero,
                                    FrameClass::Promised);
    ASSERT_TRUE(frame.has_value());
    frame->release();
  }
  EXPECT_EQ(allocator.counts().free(), 0u);
  EXPECT_FALSE(allocator.allocate(FrameUse::Anonymous, Placement::Any, Fill::None,
                                  FrameClass::Promised).has_value());
}

TEST(FrameAllocator, D3_pages_that_return_leave_the_reserve_and_no_more) {
  Machine machine(4096);
  FrameAllocator& allocator = machine.allocator;
  allocator.gate().set_admission({.reserve = 24, .promised = 100});
  EXPECT_EQ(allocator.gate().must_stay_free(), 124u);
  EXPECT_EQ(allocator.gate().must_stay_free(FrameClass::Returning), 24u);
  (void)machine.take_all();
  EXPECT_EQ(allocator.counts().free(), 124u);
  while (auto frame = allocator.allocate(FrameUse::Anonymous, Placement::Any, Fill::None,
                                         FrameClass::Returning)) {
    frame->release();
  }
  EXPECT_EQ(allocator.counts().free(), 24u);
  EXPECT_FALSE(allocator.gate().some_left(FrameClass::Returning));
  EXPECT_TRUE(allocator.gate().some_left(FrameClass::Promised));
}

TEST(FrameAllocator, D3_new_anonymous_pages_leave_images_what_is_kept_for_them) {
  Machine machine(4096);
  FrameAllocator& allocator = machine.allocator;
  const auto allocate = [&](FrameUse use, FrameClass who) {
    auto frame = allocator.allocate(use, Placement::Any, Fill::None, who);
    if (!frame) return false;
    frame->release();
    return true;
  };
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(allocate(FrameUse::Image, FrameClass::Normal));
  allocator.gate().set_admission({.promised = 100, .images = 10});
  // Three are images' already: seven more stay free for them.
  EXPECT_TRUE(allocator.gate().keeps(FrameUse::Image));
  while (allocate(FrameUse::Anonymous, FrameClass::Growth)) {}
  EXPECT_EQ(allocator.counts().free(), 107u);
  EXPECT_FALSE(allocator.gate().some_left(FrameClass::Growth));
  EXPECT_TRUE(allocator.gate().some_left(FrameClass::Normal));
  EXPECT_TRUE(allocate(FrameUse::Image, FrameClass::Normal));
  EXPECT_FALSE(allocate(FrameUse::Anonymous, FrameClass::Growth));
  EXPECT_TRUE(allocate(FrameUse::Anonymous, FrameClass::Returning));
  EXPECT_TRUE(allocate(FrameUse::PageTable, FrameClass::Normal));
  EXPECT_TRUE(allocate(FrameUse::Anonymous, FrameClass::Promised));
  EXPECT_EQ(allocator.counts().free(), 103u);
  while (allocate(FrameUse::Image, FrameClass::Normal)) {}
  EXPECT_EQ(allocator.counts().free(), 100u);
  allocator.gate().set_admission({.promised = 99});
  EXPECT_FALSE(allocator.gate().keeps(FrameUse::Image));
  EXPECT_TRUE(allocate(FrameUse::Anonymous, FrameClass::Growth));
}

// Slots that are left may all be bad.
TEST(FrameAllocator, D3_images_keep_frames_whether_or_not_there_are_slots) {
  Machine machine(4096);
  FrameAllocator& allocator = machine.allocator;
  Promises promises(allocator);
  promises.set_image_reserve(20);
  const auto grow = [&] {
    auto frame = allocator.allocate(FrameUse::Anonymous, Placement::Any, Fill::None,
                                    FrameClass::Growth);
    if (frame) frame->release();
    return frame.has_value();
  };
  while (grow()) {}
  EXPECT_EQ(allocator.counts().free(), 20u);
  promises.set_swap_capacity(1000);
  EXPECT_FALSE(grow());
  EXPECT_FALSE(promises.promise({1001}).has_value());
  EXPECT_TRUE(promises.promise({1000}).has_value());
  promises.set_image_reserve(19);
  EXPECT_TRUE(grow());
}

TEST(FrameAllocator, whoever_asked_hears_when_few_frames_are_left) {
  struct Listener final : LowMemory {
    void frames_are_low() override { ++calls; }
    int calls = 0;
  } listener;
  Machine machine(4096);
  FrameAllocator& allocator = machine.allocator;
  const uint32_t free = allocator.counts().free();
  allocator.gate().tell_when_low(&listener, free - 10);
  for (int i = 0; i < 10; ++i) machine.take();
  EXPECT_EQ(listener.calls, 0);
  machine.take();
  EXPECT_EQ(listener.calls, 1);
  EXPECT_TRUE(allocator.allocate_run(1, FrameUse::Slab, Placement::Direct).has_value());
  EXPECT_EQ(listener.calls, 2);
}

// ---- planned failures ----

TEST(FrameAllocator, D3_the_planned_allocation_fails_once_or_for_good) {
  for (bool for_good : {false, true}) {
    for (uint32_t after : {0u, 1u, 5u}) {
      Machine machine(4096);
      machine.give(machine.take());
      machine.allocator.gate().plan_failure({after, for_good});
      for (uint32_t i = 0; i < after; ++i) EXPECT_NE(machine.take(), kNoFrame);
      EXPECT_EQ(machine.take(), kNoFrame);
      EXPECT_EQ(machine.take() == kNoFrame, for_good);
      machine.allocator.check();
      machine.allocator.gate().plan_failure({});
      EXPECT_NE(machine.take(), kNoFrame);
    }
  }
}

TEST(FrameAllocator, D3_runs_count_in_a_plan_and_promised_frames_do_not) {
  Machine machine(4096);
  FrameAllocator& allocator = machine.allocator;
  allocator.gate().plan_failure({1, true});
  EXPECT_TRUE(allocator.allocate_run(2, FrameUse::Slab, Placement::Direct).has_value());
  EXPECT_FALSE(allocator.allocate_run(2, FrameUse::Slab, Placement::Direct).has_value());
  for (int i = 0; i < 3; ++i) {
    auto frame = allocator.allocate(FrameUse::Anonymous, Placement::Any, Fill::None,
                                    FrameClass::Promised);
    ASSERT_TRUE(frame.has_value());
    frame->release();
  }
  allocator.gate().plan_failure({});
}

}  // namespace
}  // namespace mobius::mm
