// No ready thread is passed over: the bound of proc/threads/turns.h, for threads that do their
// worst.
//
// The real scheduler on a simulated processor. What a thread does between two switches is drawn:
// it spins, dodges the tick, yields, sleeps, waits, wakes others, changes priorities, kills, ends.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>

#include "proc/threads/idle_loop.h"
#include "proc/threads/scheduler.h"
#include "proc/threads/user_return.h"
#include "sim/random.h"
#include "sim/sim_processor.h"

namespace mobius::proc {
namespace {

constexpr uint64_t kTickNs = 10'000'000;

// A thread, and what the test knows of its turn by looking on at every tick. It believes the
// scheduler's `ready_since`, once it has seen that the turn before was given up, or had in full.
struct Actor {
  Thread thread;
  std::function<void(Actor&)> step;  // what it does, again and again
  uint32_t turn = UINT32_MAX;  // `ready_since` of the turn under way
  uint32_t others = 0;        // that were ready or running when it began
  uint32_t kernel_ticks = 0;  // since then
  uint32_t ticks_had = 0;
  bool has_run = false;
  bool gave_up = true;        // it yielded, waited, is new
  uint32_t awake_in = 0;      // the last tick in which it was not asleep
};

class World {
 public:
  World() : machine_({.waiting = &scheduler}), scheduler(processor_, processor_) {
    processor_.use(machine_);
    processor_.idle = [this] {
      tick();
      if (over()) processor_.stop();
    };
  }

  Actor& add(unsigned priority, std::function<void(Actor&)> step) {
    Actor& actor = actors.emplace_back();
    actor.step = std::move(step);
    actor.thread.priority = static_cast<uint8_t>(priority);
    return actor;
  }
  void run(uint32_t ticks) {
    end_ = ticks;
    processor_.start([this] {
      for (Actor& actor : actors) begin(actor);
      IdleLoop(scheduler, processor_, machine_.frames).run();
    });
  }

  // For steps, on the running thread.
  void spin() {  // until a tick has passed
    tick();
    return_to_user();
  }
  void yield(Actor& self) {
    gives_up(self);
    scheduler.yield();
    came_back(self);
  }
  void sleep(Actor& self, uint32_t ticks) { wait(self, {&self, kSleepWord}, ticks); }
  void wait(Actor& self, WaitKey key, uint32_t ticks) {
    gives_up(self);
    (void)scheduler.wait_for(key, processor_.now_ns() + ticks * kTickNs);
    came_back(self);
  }
  void begin(Actor& actor) {
    Thread& thread = actor.thread;
    if (thread.context != nullptr) processor_.free_context(*thread.context);
    thread.context = *processor_.make_context(mm::FrameClass::Promised, nullptr, run_actor, &actor);
    actor.thread.process = reinterpret_cast<Process*>(this);  // for run_actor alone
    thread.doomed = false;
    actor.gave_up = true;
    scheduler.make_ready(thread);
  }
  [[noreturn]] void end(Actor& self) {
    gives_up(self);
    scheduler.leave();
  }
  void return_to_user() {
    while (user_return_work != 0 && !scheduler.current().doomed) scheduler.reschedule();
  }
  bool over() const { return now_ >= end_; }

  std::deque<Actor> actors;
  uint32_t longest = 0;  // ticks that a thread was kept from running
  uint32_t now_ = 0;

 private:
  static void run_actor(void* argument) {
    Actor& self = *static_cast<Actor*>(argument);
    World& world = *reinterpret_cast<World*>(self.thread.process);
    self.has_run = true;
    while (!self.thread.doomed && !world.over()) {
      self.awake_in = world.now_;
      self.step(self);
      self.has_run = true;
      world.return_to_user();
    }
    world.end(self);
  }
  void gives_up(Actor& self) {
    self.awake_in = now_;
    self.gave_up = true;
  }
  void came_back(Actor& self) {
    self.awake_in = now_;
    self.has_run = true;
  }

  void tick() {
    ++now_;
    processor_.advance(kTickNs);
    // The thread that runs has had this tick; kernel threads are not seen to be interrupted.
    const bool in_kernel = scheduler.current().priority == kKernelPriority;
    scheduler.timer_tick();
    for (Actor& actor : actors) {
      if (is_awake(actor)) actor.awake_in = now_;
    }
    for (Actor& actor : actors) {
      if (is_awake(actor) && !over()) look_at(actor, in_kernel);
    }
  }

  static bool is_awake(const Actor& actor) {
    const Thread& thread = actor.thread;
    const bool awake = thread.state == ThreadState::Ready || thread.state == ThreadState::Running;
    return awake && thread.priority != kKernelPriority && !thread.doomed;
  }

  void look_at(Actor& actor, bool in_kernel) {
    const Thread& thread = actor.thread;
    if (thread.ready_since != actor.turn) begin_turn(actor);
    // Those as well who came later in the tick in which it began.
    if (now_ <= actor.turn + 1) count_others(actor);
    actor.gave_up = false;
    if (in_kernel) ++actor.kernel_ticks;
    if (thread.state == ThreadState::Running) {
      actor.has_run = true;
      ++actor.ticks_had;
      return;
    }
    const uint32_t waited = now_ - std::min(now_, actor.turn + actor.kernel_ticks);
    const uint32_t bound = kPatienceTicks + kRaiseEveryTicks * actor.others;
    if (!actor.has_run) longest = std::max(longest, waited);
    ASSERT_LE(waited, bound + (actor.has_run ? kSliceTicks : 0))
        << "at tick " << now_ << ", priority " << int{thread.priority} << ", others "
        << actor.others << (actor.has_run ? ", its slice" : ", not run");
  }
  void begin_turn(Actor& actor) {
    ASSERT_TRUE(actor.gave_up || actor.ticks_had >= kSliceTicks)
        << "at tick " << now_ << " its turn ended after " << actor.ticks_had << " ticks";
    actor.turn = actor.thread.ready_since;
    actor.kernel_ticks = actor.ticks_had = 0;
    actor.has_run = false;
    count_others(actor);
  }
  void count_others(Actor& actor) {
    actor.others = static_cast<uint32_t>(std::ranges::count_if(actors, [&](const Actor& other) {
      return &other != &actor && other.awake_in + 1 >= actor.turn;
    }));
  }

  sim::SimProcessor processor_;
  sim::SimMachine machine_;
  uint32_t end_ = 0;

 public:
  Scheduler scheduler;
};

// What a thread may do to others and to itself, drawn anew each time.
class Chaos {
 public:
  Chaos(World& world, uint64_t seed) : world_(world), random_(seed) {
    const uint32_t actors = 2 + random_.below(18);
    for (uint32_t i = 0; i < actors; ++i) {
      add(random_.below(kPromisedPriority + 1));
    }
    kernel_ = &world_.add(kKernelPriority, [this](Actor& self) { do_kernel_work(self); });
  }

 private:
  void add(unsigned priority) {
    // Some spin nearly always, some hardly ever; some spend their time in between ticks.
    const uint32_t spins = random_.below(100);
    world_.add(priority, [this, spins](Actor& self) {
      if (random_.below(100) < spins) return world_.spin();
      do_something(self);
    });
  }
  Actor& somebody() {
    for (;;) {
      Actor& actor = world_.actors[random_.below(static_cast<uint32_t>(world_.actors.size()))];
      if (&actor != kernel_) return actor;
    }
  }
  WaitKey some_key() { return {this, kEndWord + 4 * random_.below(3)}; }
  void do_something(Actor& self) {
    switch (random_.below(9)) {
      case 0:
        return world_.yield(self);
      case 1:
        return world_.sleep(self, 1);  // runs where no tick sees it
      case 2:
        return world_.sleep(self, random_.below(40));
      case 3:
        return world_.wait(self, some_key(), random_.below(50));
      case 4:
        world_.scheduler.wake_some(some_key(), 1);
        return;
      case 5:
        world_.scheduler.wake_some({kernel_, kEndWord}, 1);
        return;
      case 6:
        return change_priority();
      case 7:
        return begin_again();
      default:
        return end_somebody(self);
    }
  }
  void change_priority() {
    Actor& other = somebody();
    const auto priority = static_cast<uint8_t>(random_.below(kMaxUserPriority + 1));
    if (!other.thread.doomed) world_.scheduler.set_priority(other.thread, priority);
  }
  void begin_again() {
    Actor& other = somebody();
    if (other.thread.state == ThreadState::Ended) world_.begin(other);
  }
  void end_somebody(Actor& self) {
    if (random_.below(4) != 0) return;
    Actor& other = somebody();
    if (other.thread.state == ThreadState::Ended) return;
    if (&other == &self) world_.end(self);
    world_.scheduler.doom(other.thread);
  }
  void do_kernel_work(Actor& self) {
    if (random_.below(2) == 0) world_.spin();
    world_.wait(self, {kernel_, kEndWord}, 20);
  }

  World& world_;
  sim::Random random_;
  Actor* kernel_ = nullptr;
};

TEST(SchedulerFairness, S1_whatever_others_do_a_ready_thread_runs_within_the_bound) {
  uint32_t longest = 0;
  for (uint64_t seed = 1; seed <= 150 && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    World world;
    Chaos chaos(world, seed);
    world.run(4000);
    longest = std::max(longest, world.longest);
  }
  EXPECT_GT(longest, kPatienceTicks);  // the lives were hard enough
}

TEST(SchedulerFairness, S1_among_spinning_threads_of_all_priorities_the_bound_is_reached) {
  World world;
  constexpr uint32_t kOfEach = 2;
  for (unsigned priority = 0; priority <= kMaxUserPriority; ++priority) {
    for (uint32_t i = 0; i < kOfEach; ++i) world.add(priority, [&](Actor&) { world.spin(); });
  }
  world.run(5000);
  const uint32_t all = kOfEach * (kMaxUserPriority + 1);
  EXPECT_GT(world.longest, kPatienceTicks + kRaiseEveryTicks * (all - kOfEach) / 2);
  EXPECT_LE(world.longest, kPatienceTicks + kRaiseEveryTicks * (all - 1));
}

// How many of n ticks the thread had.
uint32_t ticks_of(World& world, const Actor& actor, uint32_t ticks) {
  uint32_t had = 0;
  for (Actor& other : world.actors) {
    other.step = [&world, &had, &actor, step = other.step](Actor& self) {
      if (&self == &actor) ++had;
      step(self);
    };
  }
  world.run(ticks);
  return had;
}

TEST(SchedulerFairness, S1_a_spinning_thread_above_and_one_below_leave_the_one_between_its_slices) {
  World world;
  world.add(7, [&](Actor&) { world.spin(); });
  world.add(0, [&](Actor&) { world.spin(); });
  const Actor& between = world.add(kNormalPriority, [&](Actor&) { world.spin(); });
  const uint32_t had = ticks_of(world, between, 2000);
  EXPECT_GE(had, 2000 * kSliceTicks / (kPatienceTicks + 3 * kRaiseEveryTicks));
}

TEST(SchedulerFairness, S1_a_thread_that_is_preempted_each_tick_still_uses_its_slice_up) {
  World world;
  world.add(kNormalPriority, [&](Actor&) { world.spin(); });
  const Actor& other = world.add(kNormalPriority, [&](Actor&) { world.spin(); });
  world.add(kNormalPriority + 1, [&](Actor& self) { world.sleep(self, 1); });
  const uint32_t had = ticks_of(world, other, 2000);
  EXPECT_NEAR(had, 1000, 2 * kSliceTicks);
}

TEST(SchedulerFairness, S1_a_promised_thread_waits_no_longer_than_a_slice) {
  World world;
  for (unsigned i = 0; i < 15; ++i) world.add(i % 8, [&](Actor&) { world.spin(); });
  Actor& shell = world.add(kPromisedPriority, [&](Actor& self) {
    const uint32_t before = world.now_;
    world.sleep(self, 10);
    EXPECT_LE(world.now_ - before, 10 + kSliceTicks);
  });
  EXPECT_GT(ticks_of(world, shell, 1000), 80u);
}

TEST(SchedulerFairness, S1_who_is_killed_leaves_before_others_spin_on) {
  World world;
  uint32_t left = 0;
  for (unsigned i = 0; i < 15; ++i) world.add(7, [&](Actor&) { world.spin(); });
  for (unsigned i = 0; i < 5; ++i) world.add(0, [&](Actor&) { world.spin(); });
  world.add(kPromisedPriority, [&](Actor& self) {
    for (Actor& actor : world.actors) {
      if (actor.thread.priority == 0) world.scheduler.doom(actor.thread);
    }
    const uint32_t before = world.now_;
    world.sleep(self, kSliceTicks + 1);
    EXPECT_LE(world.now_ - before, 2 * kSliceTicks + 1);
    left = static_cast<uint32_t>(std::ranges::count(
        world.actors, ThreadState::Ended, [](const Actor& actor) { return actor.thread.state; }));
    world.sleep(self, 1'000'000);
  });
  world.run(200);
  EXPECT_EQ(left, 5u);
}

TEST(SchedulerClasses, S1_requests_are_promoted_while_a_promised_thread_runs) {
  using enum mm::FrameClass;
  World world;
  unsigned runs = 0;
  Actor& ordinary = world.add(kNormalPriority, [&](Actor&) {
    for (mm::FrameClass own : {Growth, Normal, Returning, Promised}) {
      EXPECT_EQ(world.scheduler.promoted(own), own);
    }
    ++runs;
    world.spin();
  });
  ordinary.thread.frame_class = Normal;
  world.add(kNormalPriority, [&](Actor&) {
    EXPECT_EQ(world.scheduler.promoted(Growth), Promised);
    ++runs;
    world.spin();
  });
  world.run(100);
  EXPECT_GE(runs, 90u);
}

}  // namespace
}  // namespace mobius::proc
