// SleepingLock: first come, first served, with sleepers that wake too early.
#include "mm/words/sleeping_lock.h"

#include <gtest/gtest.h>

#include <vector>

#include "sim/sim_scheduler.h"

namespace mobius::mm {
namespace {

TEST(SleepingLock, ServesInTheOrderOfArrival) {
  for (uint64_t seed = 1; seed < 50; ++seed) {
    sim::SimScheduler scheduler(seed);
    SleepingLock lock(scheduler);
    std::vector<int> arrived, served;
    bool inside = false;
    for (int i = 0; i < 6; ++i) {
      scheduler.spawn([&, i] {
        for (int n = 0; n < 5; ++n) {
          arrived.push_back(i);
          SleepingGuard guard(lock);
          served.push_back(i);
          EXPECT_FALSE(inside);
          inside = true;
          scheduler.sleep(3);
          inside = false;
        }
      });
    }
    ASSERT_EQ(scheduler.run(), 0u);
    EXPECT_EQ(arrived, served);
  }
}

}  // namespace
}  // namespace mobius::mm
