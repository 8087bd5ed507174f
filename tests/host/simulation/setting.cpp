// The machine of a simulated life, drawn from the plan's seed (setting.h).
#include "simulation/setting.h"

namespace mobius::simulation {

namespace {

constexpr uint32_t kReserved = 2;  // frames
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

Setting::Setting(const Plan& the_plan)
    : plan(the_plan),
      log(plan.tell),
      machine(machine_of(plan)),
      swap(machine, swap_of(plan, machine.frames.counts().total())),
      file(machine.memory, machine.scheduler, kSignature, 6 * kPageSize),
      usable(machine.frames.counts().total()) {
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
           name_of(plan.faults).data(), usable, (unsigned long long)swap.device.page_count());
}

void Setting::set_faults(sim::Random& random) {
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

}  // namespace mobius::simulation
