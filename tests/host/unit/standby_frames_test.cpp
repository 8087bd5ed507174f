// Frames on standby: queue and hash table alone, then what the frame allocator makes of them.
#include "mm/frames/standby_frames.h"

#include <gtest/gtest.h>

#include <deque>

#include "sim/random.h"
#include "unit/frame_allocator_rig.h"

namespace mobius::mm {
namespace {

using namespace frames_rig;

// Each call with the lock, as the frame allocator makes it.
struct Queue {
  void add(FrameRecord& record) {
    LeafGuard guard(lock);
    frames.add(record);
  }
  void remove(FrameRecord& record) {
    LeafGuard guard(lock);
    frames.remove(record);
  }
  FrameRecord* oldest(FrameNumber end) {
    LeafGuard guard(lock);
    return frames.oldest(end);
  }
  FrameRecord* find(SwapSlot slot) {
    LeafGuard guard(lock);
    return frames.find(slot);
  }
  void check() {
    LeafGuard guard(lock);
    frames.check();
  }

  FramesLock lock;
  FrameZones zones;
  StandbyFrames frames{lock, zones};
};

struct Standby : testing::Test {
  std::deque<FrameRecord> records;
  Queue standby;
  ~Standby() override { standby.check(); }

  FrameRecord& add(uint32_t slot) {
    FrameRecord& record = records.emplace_back(FrameNumber{static_cast<uint32_t>(records.size())});
    record.swap_slot = {slot};
    standby.add(record);
    return record;
  }
};

TEST_F(Standby, the_oldest_is_the_one_that_came_first) {
  FrameRecord& first = add(7);
  FrameRecord& second = add(3);
  FrameRecord& third = add(5);
  EXPECT_EQ(standby.oldest(kNoFrame), &first);
  standby.remove(second);
  standby.remove(first);
  EXPECT_EQ(standby.oldest(kNoFrame), &third);
  standby.remove(third);
  EXPECT_EQ(standby.oldest(kNoFrame), nullptr);
}

TEST_F(Standby, the_oldest_below_a_limit_may_be_a_later_one) {
  for (uint32_t i = 0; i < 4; ++i) add(10 + i);  // frames 0..3
  standby.remove(records[0]);
  standby.add(records[0]);
  EXPECT_EQ(standby.oldest(FrameNumber{1}), &records[0]);
  EXPECT_EQ(standby.oldest(FrameNumber{3}), &records[1]);
  EXPECT_EQ(standby.oldest(FrameNumber{0}), nullptr);
}

TEST_F(Standby, frames_are_found_by_slot_whatever_their_slots_have_in_common) {
  sim::Random random(5);
  for (uint32_t i = 0; i < 200; ++i) add(1 + i % 3 + 4096 * i);  // in three chains
  for (uint32_t round = 0; round < 2000; ++round) {
    FrameRecord& record = records[random.below(200)];
    const bool there = standby.find(record.swap_slot) != nullptr;
    ASSERT_EQ(there, record.use == FrameUse::FreeStandby);
    if (there) {
      ASSERT_EQ(standby.find(record.swap_slot), &record);
      standby.remove(record);
      record.state = 0;
    } else {
      standby.add(record);
    }
    standby.check();
  }
  EXPECT_EQ(standby.find({4}), nullptr);
}

// A machine all of whose frames are taken, and given back as a test wants it.
struct StandbyMachine : testing::Test {
  Machine machine{16384, 12288};  // three zones
  FrameAllocator& allocator = machine.allocator;
  std::vector<FrameNumber> taken = machine.take_all();

  FrameNumber next() {
    const FrameNumber frame = taken.back();
    taken.pop_back();
    return frame;
  }
  FrameNumber to_standby(uint32_t slot) { return to_standby(slot, next()); }
  FrameNumber to_standby(uint32_t slot, FrameNumber frame) {
    allocator.record(frame).swap_slot = {slot};
    allocator.free_to_standby(allocator.record(frame));
    return frame;
  }
  OwnedFrame take_back(uint32_t slot, FrameClass who = FrameClass::Normal) {
    return allocator.take_standby({slot}, FrameUse::Anonymous, who);
  }
};

TEST_F(StandbyMachine, R13_they_are_free_and_taken_last_the_oldest_first) {
  const FrameNumber first = to_standby(1), second = to_standby(2);
  const FrameNumber plain = next();
  machine.give(plain);
  EXPECT_EQ(allocator.counts().free(), 3u);
  EXPECT_EQ(allocator.standby().count(), 2u);
  EXPECT_EQ(machine.take(), plain);
  EXPECT_EQ(machine.take(), first);
  EXPECT_FALSE(allocator.standby().has({1}));
  EXPECT_EQ(machine.take(), second);
  EXPECT_EQ(machine.take(), kNoFrame);
}

TEST_F(StandbyMachine, R13_zeroed_frames_and_those_of_lower_zones_go_before_them) {
  const FrameNumber standby = to_standby(1, taken.front());  // of the highest zone
  const FrameNumber low = taken.back();                      // of the lowest
  ASSERT_LT(low, kEnd16M);
  machine.give(low);
  ASSERT_EQ(allocator.zeroed().zero_one(1), Zeroing::Done);
  // Not those on standby.
  EXPECT_EQ(allocator.zeroed().zero_one(2), Zeroing::NothingIsFree);
  EXPECT_EQ(machine.take(), low);
  EXPECT_EQ(machine.take(), standby);
}

TEST_F(StandbyMachine, R13_what_was_in_them_is_had_back) {
  const FrameNumber frame = to_standby(9);
  const uint32_t word = 4711;
  machine.memory.write({frame, 8, 4}, &word);
  const uint32_t used = allocator.counts().used(FrameUse::Anonymous);
  OwnedFrame back = take_back(9);
  ASSERT_TRUE(back.has_frame());
  EXPECT_EQ(back.number(), frame);
  uint32_t found = 0;
  machine.memory.read({frame, 8, 4}, &found);
  EXPECT_EQ(found, word);
  EXPECT_EQ(allocator.counts().used(FrameUse::Anonymous), used + 1);
  EXPECT_EQ(allocator.counts().free(), 0u);
  EXPECT_FALSE(take_back(9).has_frame());
  EXPECT_EQ(back.release(), frame);
}

TEST_F(StandbyMachine, R13_a_frame_that_must_be_zeroed_is_zeroed) {
  const FrameNumber frame = to_standby(9);
  EXPECT_EQ(machine.take(Placement::Any, Fill::Zero), frame);
  std::byte bytes[kPageSize];
  machine.memory.read({frame}, bytes);
  EXPECT_EQ(std::count(std::begin(bytes), std::end(bytes), std::byte{0}), kPageSize);
}

TEST_F(StandbyMachine, D3_below_the_floor_they_are_for_promised_requests_alone) {
  to_standby(1);
  to_standby(2);
  allocator.gate().set_admission({.reserve = 2});
  EXPECT_FALSE(take_back(1).has_frame());
  EXPECT_EQ(machine.take(), kNoFrame);
  EXPECT_EQ(allocator.standby().count(), 2u);
  EXPECT_TRUE(take_back(1, FrameClass::Promised).has_frame());
}

TEST_F(StandbyMachine, R13_somebody_hears_when_taking_one_back_leaves_few) {
  struct : LowMemory {
    int heard = 0;
    void frames_are_low() override { ++heard; }
  } listener;
  to_standby(1);
  to_standby(2);
  allocator.gate().tell_when_low(&listener, 2);
  EXPECT_TRUE(take_back(1).has_frame());
  EXPECT_EQ(listener.heard, 1);
  allocator.gate().tell_when_low(nullptr, 0);
}

TEST_F(StandbyMachine, R13_what_is_forgotten_is_a_frame_like_any_other) {
  to_standby(1);
  const FrameNumber forgotten = to_standby(2);
  allocator.standby().forget({2});
  allocator.standby().forget({3});  // nobody has it
  EXPECT_EQ(allocator.counts().free(), 2u);
  EXPECT_EQ(allocator.standby().count(), 1u);
  EXPECT_FALSE(take_back(2).has_frame());
  EXPECT_EQ(machine.take(), forgotten);
}

TEST_F(StandbyMachine, R13_no_more_are_kept_than_there_is_room_for) {
  const FrameNumber oldest = to_standby(1);
  for (uint32_t slot = 2; slot <= StandbyFrames::kMost + 1; ++slot) to_standby(slot);
  EXPECT_EQ(allocator.standby().count(), StandbyFrames::kMost);
  EXPECT_EQ(allocator.counts().free(), StandbyFrames::kMost + 1);
  EXPECT_FALSE(allocator.standby().has({1}));
  EXPECT_EQ(machine.take(), oldest);
}

TEST_F(StandbyMachine, R02_runs_of_frames_are_made_of_them_where_there_are_no_others) {
  std::sort(taken.begin(), taken.end());
  const FrameNumber begin{5 * 1024};
  for (uint32_t i = 0; i < 64; ++i) {
    std::erase(taken, begin + i);
    to_standby(1 + i, begin + i);
  }
  auto run = allocator.allocate_run(6, FrameUse::Driver, Placement::Any);
  ASSERT_TRUE(run.has_value());
  EXPECT_EQ(*run, begin);
  EXPECT_EQ(allocator.standby().count(), 0u);
}

TEST_F(StandbyMachine, R02_a_request_for_low_memory_gets_a_low_one) {
  to_standby(1, taken.front());
  std::sort(taken.begin(), taken.end());
  EXPECT_EQ(machine.take(Placement::Below16M), kNoFrame);
  const FrameNumber low = to_standby(2, taken.front());
  ASSERT_LT(low, kEnd16M);
  EXPECT_EQ(machine.take(Placement::Below16M), low);
}

using StandbyDeath = StandbyMachine;

TEST_F(StandbyDeath, a_free_frame_is_not_freed_again) {
  const FrameNumber frame = to_standby(1);
  EXPECT_DEATH(allocator.free_to_standby(allocator.record(frame)), "");
  EXPECT_DEATH(allocator.free(frame, FrameUse::Anonymous), "");
}

}  // namespace
}  // namespace mobius::mm
