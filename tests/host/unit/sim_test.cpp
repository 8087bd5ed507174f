// The simulated threads and devices.
#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "base/lock.h"
#include "sim/sim_disk.h"
#include "sim/sim_scheduler.h"
#include "unit/sim_words.h"

namespace mobius::sim {
namespace {

std::string history(uint64_t seed) {
  std::string text;
  SimScheduler scheduler(seed);
  for (char name : {'a', 'b', 'c'}) {
    scheduler.spawn([&, name] {
      for (int i = 0; i < 4; ++i) {
        text += name;
        scheduler.yield();
      }
    });
  }
  EXPECT_EQ(scheduler.run(), 0u);
  return text;
}

TEST(SimScheduler, OneSeedIsOneHistoryAndManyAreMany) {
  std::set<std::string> histories;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    EXPECT_EQ(history(seed), history(seed));
    histories.insert(history(seed));
  }
  EXPECT_GT(histories.size(), 15u);
}

TEST(SimScheduler, WaitersSleepUntilTheirChannelIsWoken) {
  SimScheduler scheduler(1);
  int channel = 0, other = 0, woken = 0;
  bool ready = false;
  for (int i = 0; i < 5; ++i) {
    scheduler.spawn([&] {
      while (!ready) scheduler.wait_unguarded(&channel);
      ++woken;
    });
  }
  scheduler.wake_spuriously(false);
  EXPECT_EQ(scheduler.run(), 5u) << "nobody wakes them";
  scheduler.wake(&other);
  EXPECT_EQ(scheduler.run(), 5u);
  ready = true;
  scheduler.wake(&channel);
  EXPECT_EQ(scheduler.run(), 0u);
  EXPECT_EQ(woken, 5);
}

TEST(SimScheduler, SomeWaitsReturnEarly) {
  SimScheduler scheduler(1);
  int channel = 0, early = 0;
  scheduler.spawn([&] {
    for (int i = 0; i < 200; ++i) {
      scheduler.wait_unguarded(&channel);
      ++early;
    }
  });
  while (scheduler.run() != 0 && early < 150) scheduler.wake(&channel);
  EXPECT_GE(early, 150);
  scheduler.abandon();
}

TEST(SimScheduler, TimePassesOnlyWhenEverybodySleeps) {
  SimScheduler scheduler(1);
  std::vector<uint64_t> ends;
  for (uint64_t ticks : {30u, 10u, 20u}) {
    scheduler.spawn([&, ticks] {
      scheduler.sleep(ticks);
      ends.push_back(scheduler.now());
    });
  }
  EXPECT_EQ(scheduler.run(), 0u);
  EXPECT_EQ(ends, (std::vector<uint64_t>{10, 20, 30}));
  scheduler.sleep(5);  // the test itself may sleep
  EXPECT_EQ(scheduler.now(), 35u);
}

void wait_with_a_lock() {
  SimScheduler scheduler(1);
  Lock lock(LockRank::Memory);
  const LockGuard guard(lock);
  scheduler.wait_unguarded(&scheduler);
}

void wait_without_the_lock() NO_THREAD_SAFETY_ANALYSIS {
  SimScheduler scheduler(1);
  MemoryLock lock;
  scheduler.wait(&scheduler, lock);
}

TEST(SimSchedulerDeathTest, WaitingWithALockThatIsNotHeldEndsTheTest) {
  EXPECT_DEATH(wait_without_the_lock(), "KASSERT");
}

TEST(SimSchedulerDeathTest, DeadlockAndWaitingWithALockEndTheTest) {
  EXPECT_DEATH(
      {
        SimScheduler scheduler(1);
        scheduler.wake_spuriously(false);
        scheduler.wait_unguarded(&scheduler);
      },
      "deadlock");
  EXPECT_DEATH(wait_with_a_lock(), "KASSERT");
}

TEST(SimScheduler, ThousandsOfFibersComeAndGo) {
  SimScheduler scheduler(3);
  uint32_t done = 0;
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 100; ++i) {
      scheduler.spawn([&] {
        scheduler.sleep(1 + done % 7);
        ++done;
      });
    }
    EXPECT_EQ(scheduler.run(), 0u);
  }
  EXPECT_EQ(done, 2000u);
}

TEST(SimFile, ReadsSignedBytesAndZerosPastTheEnd) {
  SimFrameMemory memory(8);
  SimScheduler scheduler(1);
  SimFile file(memory, scheduler, 7, 5000);
  ASSERT_TRUE(file.read(4096, {FrameNumber{3}, 0, kPageSize}).has_value());
  EXPECT_EQ(word_in(memory, 3, 0), signed_word(7, 4096));
  EXPECT_EQ(word_in(memory, 3, 225), signed_word(7, 4996));
  EXPECT_EQ(word_in(memory, 3, 226), 0u);
  EXPECT_EQ(scheduler.now(), file.behaviour.latency);
  EXPECT_NE(signed_word(7, 4096), signed_word(7, 8192));
  EXPECT_NE(signed_word(7, 4096), signed_word(8, 4096));
}

TEST(SimFile, TheFrameHoldsJunkWhileTheReadIsUnderWay) {
  SimFrameMemory memory(8);
  SimScheduler scheduler(1);
  SimFile file(memory, scheduler, 7, 8192);
  scheduler.spawn([&] { EXPECT_TRUE(file.read(0, {FrameNumber{3}}).has_value()); });
  scheduler.spawn([&] {
    scheduler.sleep(1);
    EXPECT_EQ(file.behaviour.in_flight, 1u);
    EXPECT_EQ(word_in(memory, 3, 0), 0xDBDBDBDBu);
  });
  EXPECT_EQ(scheduler.run(), 0u);
  EXPECT_EQ(word_in(memory, 3, 0), signed_word(7, 0));
}

TEST(SimFile, AFrameFreedUnderDmaEndsTheTest) {
  SimFrameMemory memory(8);
  SimScheduler scheduler(1);
  SimFile file(memory, scheduler, 7, 8192);
  bool freed = false;
  memory.is_free = [&](FrameNumber frame) { return freed && frame.value == 3; };
  const auto read_while = [&](std::function<void()> other) {
    scheduler.spawn([&] { (void)file.read(0, {FrameNumber{3}}); });
    scheduler.spawn([&] {
      scheduler.sleep(1);
      other();
    });
    scheduler.run();
  };
  read_while([] {});
  EXPECT_DEATH(read_while([&] { freed = true; }), "KASSERT");
}

TEST(SimDisk, FailsWhereAndWhenItIsTold) {
  SimFrameMemory memory(8);
  SimScheduler scheduler(1);
  SimDisk disk(memory, scheduler, 9, 100);
  const auto ok = [&](uint64_t block) {
    return disk.read(block, 2, {FrameNumber{3}, 0, 4096}).has_value();
  };
  EXPECT_TRUE(ok(10));
  EXPECT_EQ(word_in(memory, 3, 512), signed_word(9, 11 * 2048));
  disk.behaviour.bad_pages = {5};
  EXPECT_FALSE(ok(10));
  EXPECT_FALSE(ok(9)) << "touches page 5 with its second block";
  EXPECT_TRUE(ok(12));
  EXPECT_TRUE(ok(8));
  disk.behaviour.fail_after = 1;
  EXPECT_TRUE(ok(0));
  EXPECT_FALSE(ok(0));
  EXPECT_TRUE(ok(0));
  disk.behaviour.fail_after = 0;
  disk.behaviour.fail_for_good = true;
  EXPECT_FALSE(ok(0));
  EXPECT_FALSE(ok(0));
  EXPECT_EQ(disk.behaviour.failed, 5u);
  EXPECT_EQ(disk.read(99, 2, {FrameNumber{3}}).error(), Error::BadArgument);
  EXPECT_EQ(disk.read(UINT64_MAX, 2, {FrameNumber{3}}).error(), Error::BadArgument);
}

}  // namespace
}  // namespace mobius::sim
