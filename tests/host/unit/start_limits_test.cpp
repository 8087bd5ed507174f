// The last of everything that a start takes is for promised processes (proc/processes/limits.h).
#include <gtest/gtest.h>

#include <list>

#include "proc/processes/limits.h"
#include "proc/processes/thread_life.h"
#include "sim/sim_system.h"
#include "unit/pe_writer.h"

namespace mobius::proc {
namespace {

TEST(Limits, S1_the_last_few_are_for_promised_ones) {
  using enum mm::FrameClass;
  constexpr uint32_t kAll = 100;
  EXPECT_TRUE(may_start(Normal, kAll - kPromisedStarts - 1, kAll));
  EXPECT_FALSE(may_start(Normal, kAll - kPromisedStarts, kAll));
  EXPECT_TRUE(may_start(Promised, kAll - kPromisedStarts, kAll));
  EXPECT_TRUE(may_start(Promised, kAll - 1, kAll));
  EXPECT_FALSE(may_start(Promised, kAll, kAll));
}

TEST(Limits, S1_one_process_leaves_others_a_quarter_of_the_kernel_stacks) {
  EXPECT_EQ(most_threads(100), 75u);
  EXPECT_EQ(most_threads(4000), kMaxThreads);
}

// Processes without threads, in a table of their own.
struct ProcessLimits : testing::Test {
  ~ProcessLimits() override {
    for (auto child = made.rbegin(); child != made.rend(); ++child) {
      table.destroy_memory(**child);
      (*child)->zombie = true;
      table.remove(**child);
    }
  }
  bool make(Process* parent, Privileges privileges) {
    auto unborn = table.create(parent, privileges);
    if (!unborn) {
      EXPECT_EQ(unborn.error(), Error::TooManyRunning);
      return false;
    }
    made.push_back(&table.publish(std::move(*unborn), parent));
    return true;
  }
  uint32_t make_all(Process* parent, Privileges privileges) {
    uint32_t count = 0;
    while (make(parent, privileges)) ++count;
    return count;
  }

  sim::SimMachine machine{{.frames = 16384}};
  sim::SimUserSide user{machine};
  ProcessTable table{user, machine.manager};
  std::list<Process*> made;};

TEST_F(ProcessLimits, S1_the_last_entries_of_the_table_are_for_promised_ones) {
  EXPECT_EQ(make_all(nullptr, {}), kMaxProcesses - kPromisedStarts);
  EXPECT_EQ(make_all(nullptr, Privilege::Promised), kPromisedStarts);
}

TEST_F(ProcessLimits, S1_a_parent_of_all_the_children_it_may_have_can_start_promised_ones) {
  ASSERT_TRUE(make(nullptr, Privilege::Promised));
  Process* const shell = made.front();
  EXPECT_EQ(make_all(shell, {}), kMaxChildren);
  EXPECT_EQ(make_all(shell, Privilege::Promised), kPromisedStarts);
  ASSERT_TRUE(make(nullptr, {}));  // others can start theirs
}

// A process takes threads until it is refused, and then starts others.
class StackHog {
 public:
  StackHog() : machine({.frames = 2048}, test::usual().file(), [this] { run(); }) {}

  Result<uint32_t> start(Privileges privileges) {
    auto& heap = machine.machine.heap;
    SpawnRequest request;
    request.path = "/a.exe";
    request.privileges = privileges;
    auto arguments = heap.create<ArgumentBlock>(heap, machine.machine.manager.waiting);
    KASSERT(arguments.has_value());
    request.arguments = std::move(*arguments);
    request.parent = &machine.system.process();
    return spawn(machine.system, std::move(request));
  }

  std::function<void()> hog;
  bool begins = true;  // the next thread is the hog
  sim::SimSystem machine;

 private:
  // What each thread does: the first one is the hog, the others sleep until they are killed.
  void run() {
    if (std::exchange(begins, false)) {
      hog();
      exit_process(machine.system, 0);
    }
    (void)machine.scheduler.wait_for({this, kSleepWord}, kNever);
    machine.user.return_to_user();
    exit_process(machine.system, 0);
  }
};

TEST(Starts, S1_the_last_kernel_stacks_are_for_promised_processes) {
  static auto* const hog = new StackHog;  // a machine is never taken apart
  uint32_t threads = 1, promised = 0;
  uint64_t reads = 0;
  hog->hog = [&] {
    System& system = hog->machine.system;
    system.process().privileges = {};  // what a program that somebody starts has
    const ThreadStart thread{VirtAddr{0x401000}, 0, 0, 0};
    Result<uint32_t> refused = 0u;
    while ((refused = start_user_thread(system, thread))) ++threads;
    EXPECT_EQ(refused.error(), Error::TooManyRunning);
    reads = hog->machine.volume_reads();
    EXPECT_EQ(hog->start({}).error(), Error::TooManyRunning);
    reads = hog->machine.volume_reads() - reads;
    Result<uint32_t> pid = 0u;
    while ((pid = hog->start(Privilege::Promised))) {
      ++promised;
      EXPECT_EQ(system.processes.find(*pid)->threads.front()->priority, kPromisedPriority);
    }
    EXPECT_EQ(pid.error(), Error::TooManyRunning);
  };
  hog->machine.run_program();
  EXPECT_LT(threads, most_threads(sim::SimProcessor::kMaxStacks));
  EXPECT_EQ(promised, kPromisedStarts);
  EXPECT_EQ(reads, 1u);  // its name was looked up; the file was not read before it was refused
}

}  // namespace
}  // namespace mobius::proc
