// The life of a simulated machine (world.h).
#include "simulation/world.h"

#include "mm/invariants.h"

namespace mobius::simulation {

namespace {

constexpr uint32_t kReserved = 2;  // frames
// From this operation on a life grows that was too small until then. Not a part of the plan's
// operations, so that a plan with fewer is the same history.
constexpr uint32_t kGrowFrom = 1000;

sim::SimMachineConfig machine_of(const Plan& plan) {
  sim::Random random(plan.seed * 3 + 1);
  sim::SimMachineConfig config;
  config.frames = 112 + 16 * random.below(6);
  config.direct_frames = random.chance(4) ? config.frames * 3 / 4 : UINT32_MAX;
  config.reserved_frames = kReserved;
  config.seed = plan.seed;
  return config;
}

sim::SimSwapConfig swap_of(const Plan& plan, uint32_t usable) {
  sim::Random random(plan.seed * 3 + 2);
  sim::SimSwapConfig config;
  config.pages = usable * 4;
  if (plan.faults == Faults::FullSwap) config.pages = usable * 7 / 4;
  if (plan.faults == Faults::BothFull) config.pages = usable / 2;
  if (plan.faults == Faults::NoSwap) config.pages = 0;
  if (plan.faults == Faults::Mixed) config.pages = usable * (1 + random.below(4));
  config.low = 3 + random.below(10);
  config.seed = plan.seed;
  const auto names = mm::policy_names();
  config.policy = random.chance(2) ? mm::kDefaultPolicy : names[random.below(names.size())];
  return config;
}

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

void Counts::add(const Counts& other) {
  operations += other.operations;
  pages_in += other.pages_in;
  pages_out += other.pages_out;
  zero_pages += other.zero_pages;
  io_errors += other.io_errors;
  out_of_memory += other.out_of_memory;
  refused_calls += other.refused_calls;
  kills += other.kills;
  checksum_errors += other.checksum_errors;
  retired += other.retired;
  promises += other.promises;
  refused_promises += other.refused_promises;
  broken_promises += other.broken_promises;
  locks += other.locks;
  refused_locks += other.refused_locks;
  swap_offs += other.swap_offs;
  swap_offs_begun += other.swap_offs_begun;
  pages_ahead += other.pages_ahead;
  taken_back += other.taken_back;
  pages_compared += other.pages_compared;
  lives_beyond_memory += other.lives_beyond_memory;
  smallest_footprint = std::min(smallest_footprint, other.smallest_footprint);
}

World::World(const Plan& the_plan)
    : plan(the_plan),
      log(plan.tell),
      machine(machine_of(plan)),
      swap(machine, swap_of(plan, machine.frames.total_frames())),
      file(machine.memory, machine.scheduler, kSignature, 6 * kPageSize),
      usable_(machine.frames.total_frames()),
      image_(sim::SimImage::create(machine, layout, file)) {
  sim::Random random(plan.seed * 3 + 3);
  {
    LockGuard guard(machine.manager.lock);
    machine.manager.promises.set_reserve(kReserve);
    machine.manager.promises.set_image_reserve(kImageReserve);
  }
  // In every other life calls go in steps where they could do all at once.
  if (plan.seed % 2 == 0) machine.manager.step_limits = {.pages = 4, .parts = 1, .work = 20};
  set_faults(random);
  log.tell("seed %llu, %s, %u frames, %llu pages of swap", (unsigned long long)plan.seed,
           name_of(plan.faults).data(), usable_, (unsigned long long)swap.device.page_count());
}

World::~World() { machine.cpu.before_access = nullptr; }

void World::set_faults(sim::Random& random) {
  auto& device = swap.device;
  const bool mixed = plan.faults == Faults::Mixed;
  auto has = [&](Faults faults) { return plan.faults == faults || (mixed && random.chance(3)); };
  device.latency = 1 + random.below(20);
  file.behaviour.latency = random.below(10);
  if (has(Faults::ReadErrors)) device.faults.read_error = 10 + random.below(60);
  if (has(Faults::WriteErrors)) device.faults.write_error = 20 + random.below(100);
  if (has(Faults::Torn)) device.faults.torn_write = 10 + random.below(60);
  if (has(Faults::Misdirected)) device.faults.misdirected_write = 10 + random.below(60);
  if (has(Faults::Lost)) device.faults.lost_write = 10 + random.below(60);
  if (has(Faults::NoLatency)) device.latency = 0;
  if (has(Faults::LongLatency)) device.latency = 500;
}

void World::run() {
  machine.cpu.before_access = [this] {
    if (machine.scheduler.now() % 4 == 0) machine.scheduler.yield();
  };
  for (Seat& seat : seats_) {
    for (unsigned thread = 0; thread < kThreads; ++thread) {
      machine.scheduler.spawn([this, &seat, thread] { live(seat, thread); });
    }
  }
  // The daemon goes on for ever: the end of the threads' lives is what is waited for.
  while (next_ < plan.operations) machine.scheduler.sleep(50);
  for (Seat& seat : seats_) {
    while (seat.program != nullptr && seat.program->threads_inside != 0) {
      machine.scheduler.sleep(50);
    }
  }
  check();
  read_everything_back();
  close();
}

void World::live(Seat& seat, unsigned thread) {
  while (next_ < plan.operations) {
    if (!sit_down(seat, thread)) continue;
    const uint32_t generation = seat.generation;
    while (next_ < plan.operations && !seat.program->doomed) step(seat, thread);
    --seat.program->threads_inside;
    // The last one out gives everything back; the other waits for a new program.
    if (next_ < plan.operations && seat.program->threads_inside == 0) stand_up(seat);
    while (next_ < plan.operations && seat.generation == generation) machine.scheduler.sleep(3);
  }
}

// Takes part in the seat's program; where there is none, starts one. False: no memory yet.
bool World::sit_down(Seat& seat, unsigned) {
  if (seat.program == nullptr) {
    seat.program = Program::start(*this, started_, *image_);
    if (seat.program == nullptr) {
      ++counts.refused_calls;
      if (!mm::FrameWait(machine.manager).for_frames()) machine.scheduler.sleep(20);
      ++next_;  // a life without memory has an end, too
      return false;
    }
    ++started_;
  }
  ++seat.program->threads_inside;
  return true;
}

void World::stand_up(Seat& seat) {
  log.tell("    a program is gone");
  seat.program.reset();
  ++seat.generation;
  ++freed;
}

// Only what allocates or reads on gives way to growth, so that everything else is as frequent as
// ever. Without the swap that there was, growth would only end programs.
Kind World::draw_kind(sim::Random& random) {
  const Kind usual = draw_usual_kind(random);
  const bool small = next_ > kGrowFrom && footprint_ < 2 * usable_ && swap.pager.on();
  return small && (usual == Kind::Alloc || usual == Kind::SweepRead) ? Kind::Grow : usual;
}

void World::step(Seat& seat, unsigned thread) {
  const uint32_t operation = next_++;
  Program::Actor by{sim::Random(plan.seed * 1000003 + operation), thread};
  const Kind kind = draw_kind(by.random);
  if (!plan.includes(operation, kind)) return machine.scheduler.yield();
  log.add({operation, thread, machine.scheduler.now(), static_cast<uint64_t>(kind)});
  ++counts.operations;
  seat.program->perform(kind, by);
  if (kind == Kind::Kill) {
    log.tell("#%u a program is killed", operation);
    kill(seats_[by.random.below(kSeats)]);
  }
  if (kind == Kind::SwapOff) swap_off(*seat.program, by.random);
  if (kind == Kind::SwapOn) swap_on();
  if (plan.faults == Faults::FileErrors || plan.faults == Faults::Mixed) {
    if (by.random.chance(40)) file.behaviour.fail_after = 0;
  }
  if (plan.faults == Faults::Shrinking && operation == plan.operations / 2) {
    swap.device.end = swap.device.page_count() / 2;
  }
  measure_footprint();
  check_locks();
  if (plan.check_each) check();
  if (kind == Kind::Pause) return machine.scheduler.sleep(by.random.below(200));
  by.random.chance(2) ? machine.scheduler.yield()
                      : machine.scheduler.sleep(1 + by.random.below(6));
}

void World::kill(Seat& seat) {
  if (seat.program != nullptr) seat.program->doomed = true;
  ++counts.kills;
}

void World::check() {
  mm::check_machine(machine.manager);
  const std::string stale = machine.mmu.find_stale();
  if (!stale.empty()) log.wrong("%s", stale.c_str());
}

void World::check_locks() {
  for (Seat& seat : seats_) {
    if (seat.program != nullptr) seat.program->check_locks();
  }
  LockGuard guard(machine.manager.lock);
  const uint32_t locked = machine.manager.locked_pages;
  if (locked > usable_ / mm::kLockShareOfAll) log.wrong("%u pages are locked by all", locked);
}

bool World::could_lock(mm::AddressSpace& space, PageCount pages) {
  LockGuard guard(machine.manager.lock);
  return space.regions.locked_pages() + pages <= usable_ / mm::kLockShareOfProcess &&
         machine.manager.locked_pages + pages <= usable_ / mm::kLockShareOfAll;
}

bool World::may_promise(mm::AddressSpace& space, PageCount pages) {
  LockGuard guard(machine.manager.lock);
  const uint32_t all = machine.frames.total_frames() + swap.pager.good_slots() -
                       machine.manager.promises.reserve();
  const uint32_t cost = mm::Promises::cost_of(pages).pages + mm::SlotTable::frames_for(pages);
  return space.promised_pages() + cost <= all / 4 * 3;
}

// Whether RAM and swap space together can hold twice as many pages as there are frames, with what
// it takes to manage them.
bool World::holds_twice() const { return swap.device.page_count() >= usable_ * 3 / 2; }

// The most pages at a time that programs have written to and that are still there; where they
// could never be, all pages over the life.
void World::measure_footprint() {
  uint64_t pages = 0;
  for (const Seat& seat : seats_) {
    if (seat.program != nullptr) pages += seat.program->footprint();
  }
  footprint_ = holds_twice() ? std::max(footprint_, pages) : written_to;
}

}  // namespace mobius::simulation
