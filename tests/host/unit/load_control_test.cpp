// Who is suspended when memory does not do for all.
#include "proc/reports/load_control.h"

#include <gtest/gtest.h>

#include "sim/sim_system.h"
#include "unit/pe_writer.h"

namespace mobius::proc {
namespace {

TEST(LoadControl, S1_the_biggest_of_those_that_came_after_the_oldest_is_suspended) {
  const PagingProcess pagers[] = {{2, 900, 50}, {3, 100, 50}, {4, 400, 50}, {5, 300, 50}};
  EXPECT_EQ(biggest_newcomer(pagers), 4u);
}

TEST(LoadControl, S1_one_alone_goes_on) {
  const PagingProcess one[] = {{2, 900, 50}};
  EXPECT_EQ(biggest_newcomer(one), 0u);
  EXPECT_EQ(biggest_newcomer({}), 0u);
}

TEST(LoadControl, S1_who_does_not_page_is_let_alone) {
  const PagingProcess pagers[] = {{2, 10, 50}, {3, 5000, 0}, {4, 20, 1}};
  EXPECT_EQ(biggest_newcomer(pagers), 4u);
}

TEST(LoadControl, S1_the_shell_and_its_helpers_are_never_suspended) {
  const PagingProcess pagers[] = {{1, 10, 50, true}, {2, 10, 50}, {3, 5000, 50, true}};
  EXPECT_EQ(biggest_newcomer(pagers), 0u);
}

TEST(LoadControl, S1_who_is_suspended_is_not_the_oldest_nor_chosen_again) {
  const PagingProcess pagers[] = {{2, 10, 50, false, true}, {3, 50, 50}, {4, 20, 50}};
  EXPECT_EQ(biggest_newcomer(pagers), 4u);
}

class TestClock final : public mm::Clock {
 public:
  uint64_t now_ns() override { return now; }
  uint64_t now = 0;
};

// A machine with an init process. It is never taken apart, as the real one is not.
sim::SimSystem& the_machine() {
  static auto* const machine = new sim::SimSystem({}, test::usual().file(), [] {});
  return *machine;
}

// Three processes on it, no thread of which runs, and load control.
struct LoadControlLooks : testing::Test {
  LoadControlLooks() { system.machine.manager.pressure.use(clock); }
  ~LoadControlLooks() override {
    for (Process* p : {first, second, third}) {
      processes.destroy_memory(*p);
      p->zombie = true;
      processes.remove(*p);
    }
  }

  Process* make_process() {
    auto made = processes.create(nullptr, {});
    EXPECT_TRUE(made.has_value());
    return &processes.publish(std::move(*made), nullptr);
  }
  void page(const Process& process) {
    LockGuard guard(system.machine.manager.lock);
    process.space->load.count_major();
  }
  // Half a second in which some thread stood still for `percent` of the time, and then a look.
  void half_a_second(uint64_t percent) {
    const uint64_t end = clock.now + LoadControl::kLookNs;
    {
      const mm::Pressure::Stall stall(system.machine.manager.pressure);
      clock.now += LoadControl::kLookNs / 100 * percent;
    }
    clock.now = end;
    control.look();
  }
  void bad_looks(uint32_t count) {
    for (uint32_t i = 0; i < count; ++i) half_a_second(95);
  }
  // The pids of those who are.
  std::vector<uint32_t> suspended() {
    LockGuard guard(system.machine.manager.lock);
    std::vector<uint32_t> pids;
    for (Process* p : {first, second, third}) {
      if (p->space->load.suspended()) pids.push_back(p->pid);
    }
    return pids;
  }
  using Pids = std::vector<uint32_t>;

  static inline TestClock clock;  // the machine keeps it
  sim::SimSystem& system = the_machine();
  ProcessTable& processes = system.system.processes;
  LoadControl control{system.system};
  // All of the same size: of two newcomers that page, the older one is chosen.
  Process* first = make_process();
  Process* second = make_process();
  Process* third = make_process();
};

TEST_F(LoadControlLooks, S1_bad_looks_in_a_row_suspend_somebody_for_a_while) {
  page(*first);
  page(*second);
  bad_looks(LoadControl::kLooksUntilSuspended - 1);
  EXPECT_EQ(suspended(), Pids{});
  bad_looks(1);
  EXPECT_EQ(suspended(), Pids{second->pid});
  bad_looks(LoadControl::kLooksSuspended - 1);
  EXPECT_EQ(suspended(), Pids{second->pid});
  half_a_second(0);
  EXPECT_EQ(suspended(), Pids{});
}

TEST_F(LoadControlLooks, S1_one_look_that_is_not_bad_begins_anew) {
  for (int i = 0; i < 3; ++i) {
    page(*first);
    page(*second);
    bad_looks(LoadControl::kLooksUntilSuspended - 1);
    half_a_second(89);
    EXPECT_EQ(suspended(), Pids{});
  }
}

TEST_F(LoadControlLooks, S1_who_paged_before_the_bad_looks_only_is_let_alone) {
  page(*second);
  half_a_second(50);
  bad_looks(1);
  page(*first);
  page(*third);
  bad_looks(LoadControl::kLooksUntilSuspended - 1);
  EXPECT_EQ(suspended(), Pids{third->pid});
}

TEST_F(LoadControlLooks, S1_who_paged_while_another_was_suspended_only_is_let_alone) {
  page(*first);
  page(*third);
  bad_looks(LoadControl::kLooksUntilSuspended);
  ASSERT_EQ(suspended(), Pids{third->pid});
  page(*second);
  bad_looks(LoadControl::kLooksSuspended);
  ASSERT_EQ(suspended(), Pids{});
  page(*first);
  page(*third);
  bad_looks(LoadControl::kLooksUntilSuspended);
  EXPECT_EQ(suspended(), Pids{third->pid});
}

}  // namespace
}  // namespace mobius::proc
