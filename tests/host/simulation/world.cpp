// The life of a simulated machine (world.h).
#include "simulation/world.h"

#include "mm/invariants.h"

namespace mobius::simulation {

namespace {

// From this operation on a life grows that was too small until then. Not a part of the plan's
// operations, so that a plan with fewer is the same history.
constexpr uint32_t kGrowFrom = 1000;

Kind draw_usual_kind(sim::Random& random) {
  // Of a thousand.
  static constexpr uint32_t kWeights[kKinds] = {90, 30, 115, 125, 105, 140, 40, 25, 30, 55, 65,
                                                25, 50, 17, 20, 20, 10, 6, 24, 8, 0};
  uint32_t at = random.below(1000);
  for (unsigned kind = 0; kind < kKinds; ++kind) {
    if (at < kWeights[kind]) return static_cast<Kind>(kind);
    at -= kWeights[kind];
  }
  return Kind::Read;
}

}  // namespace

World::World(const Plan& plan)
    : setting(plan),
      image_(sim::SimImage::create(setting.machine, setting.layout, setting.file)) {}

World::~World() { setting.machine.cpu.before_access = nullptr; }

void World::run() {
  setting.machine.cpu.before_access = [this] {
    if (setting.machine.scheduler.now() % 4 == 0) setting.machine.scheduler.yield();
  };
  for (Seat& seat : seats_) {
    for (unsigned thread = 0; thread < kThreads; ++thread) {
      setting.machine.scheduler.spawn([this, &seat, thread] { live(seat, thread); });
    }
  }
  // The daemon goes on for ever: the end of the threads' lives is what is waited for.
  while (!setting.over()) setting.machine.scheduler.sleep(50);
  for (Seat& seat : seats_) {
    while (seat.program != nullptr && seat.program->threads_inside != 0) {
      setting.machine.scheduler.sleep(50);
    }
  }
  check();
  read_everything_back();
  close();
}

void World::live(Seat& seat, unsigned thread) {
  while (!setting.over()) {
    if (!sit_down(seat, thread)) continue;
    const uint32_t generation = seat.generation;
    while (!setting.over() && !seat.program->doomed()) step(seat, thread);
    --seat.program->threads_inside;
    // The last one out gives everything back; the other waits for a new program.
    if (!setting.over() && seat.program->threads_inside == 0) stand_up(seat);
    while (!setting.over() && seat.generation == generation) setting.machine.scheduler.sleep(3);
  }
}

// Takes part in the seat's program; where there is none, starts one. False: no memory yet.
bool World::sit_down(Seat& seat, unsigned) {
  if (seat.program == nullptr) {
    seat.program = Program::start(setting, started_, *image_);
    if (seat.program == nullptr) {
      ++setting.counts.refused_calls;
      const mm::Waited waited = mm::FrameWait(setting.machine.manager).for_frames();
      if (waited == mm::Waited::GaveUp) setting.machine.scheduler.sleep(20);
      ++setting.operation;  // a life without memory has an end, too
      return false;
    }
    ++started_;
  }
  ++seat.program->threads_inside;
  return true;
}

void World::stand_up(Seat& seat) {
  const Setting::Giving giving(setting);
  setting.log.tell("    a program is gone");
  seat.program.reset();
  ++seat.generation;
  ++setting.freed;
}

// Only what allocates or reads on gives way to growth, so that everything else is as frequent as
// ever. Without the swap that there was, growth would only end programs.
Kind World::draw_kind(sim::Random& random) {
  const Kind usual = draw_usual_kind(random);
  const bool small = setting.operation > kGrowFrom && footprint_ < 2 * setting.usable &&
                     setting.swap.pager.device().on();
  return small && (usual == Kind::Alloc || usual == Kind::SweepRead) ? Kind::Grow : usual;
}

void World::step(Seat& seat, unsigned thread) {
  const uint32_t operation = setting.operation++;
  Actor by{sim::Random(setting.plan.seed * 1000003 + operation), thread};
  const Kind kind = draw_kind(by.random);
  if (!setting.plan.includes(operation, kind)) return setting.machine.scheduler.yield();
  const uint64_t now = setting.machine.scheduler.now();
  setting.log.add({operation, thread, now, static_cast<uint64_t>(kind)});
  ++setting.counts.operations;
  seat.program->perform(kind, by);
  if (kind == Kind::Kill) {
    setting.log.tell("#%u a program is killed", operation);
    kill_one(by.random);
  }
  if (kind == Kind::SwapOff) {
    swap_switch_.off(*seat.program, by.random, [&] { kill_one(by.random); });
  }
  if (kind == Kind::SwapOn) swap_switch_.on();
  if (setting.plan.faults == Faults::FileErrors || setting.plan.faults == Faults::Mixed) {
    if (by.random.chance(40)) setting.file.behaviour.fail_after = 0;
  }
  if (setting.plan.faults == Faults::Shrinking && operation == setting.plan.operations / 2) {
    setting.swap.device.end = setting.swap.device.page_count() / 2;
  }
  measure_footprint();
  check_locks();
  if (setting.plan.check_each) check();
  if (kind == Kind::Pause) return setting.machine.scheduler.sleep(by.random.below(200));
  by.random.chance(2) ? setting.machine.scheduler.yield()
                      : setting.machine.scheduler.sleep(1 + by.random.below(6));
}

void World::kill_one(sim::Random& random) {
  Seat& seat = seats_[random.below(kSeats)];
  if (seat.program != nullptr) seat.program->doom();
  ++setting.counts.kills;
}

void World::check() {
  mm::check_machine(setting.machine.manager);
  const std::string stale = setting.machine.mmu.find_stale();
  if (!stale.empty()) setting.log.wrong("%s", stale.c_str());
}

void World::check_locks() {
  for (Seat& seat : seats_) {
    if (seat.program != nullptr) seat.program->check_locks();
  }
  LockGuard guard(setting.machine.manager.lock);
  const uint32_t locked = setting.machine.manager.locked_pages;
  if (locked > setting.usable / mm::kLockShareOfAll) {
    setting.log.wrong("%u pages are locked by all", locked);
  }
}

// The most pages at a time that programs have written to and that are still there; where they
// could never be, all pages over the life.
void World::measure_footprint() {
  uint64_t pages = 0;
  for (const Seat& seat : seats_) {
    if (seat.program != nullptr) pages += seat.program->footprint();
  }
  footprint_ = setting.holds_twice() ? std::max(footprint_, pages) : setting.written_to;
}

}  // namespace mobius::simulation
