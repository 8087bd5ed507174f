// Sys...: the machine as a whole.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "bootinfo/boot_options.h"
#include "mm/invariants.h"
#include "mm/paging/paging.h"
#include "mm/paging/swap_off.h"
#include "proc/processes/process_end.h"
#include "proc/programs/user_copies.h"
#include "selftest/self_bench.h"
#include "syscall/calls.h"

namespace mobius::syscall::calls {
namespace {

using proc::Privilege;

constexpr uint32_t kLogStep = 512;
constexpr uint64_t kNsPerSecond = 1'000'000'000;

uint64_t process_ticks(proc::System& system) {
  system.scheduler.running().charge();
  return proc::cpu_ticks_of(system.process());
}

Result<uint32_t> fill_zeroed(proc::System& system, uint32_t frames) {
  proc::stop_measuring(system);
  while (system.memory.frames.zeroed().zero_one(frames) == mm::Zeroing::Done) {
  }
  return system.memory.frames.zeroed().count();
}

Result<uint32_t> take_samples(proc::System& system, uint32_t what, VirtAddr to, uint32_t count) {
  using Samples = std::array<uint32_t, selftest::kMaxSamples>;
  auto samples = TRY(system.memory.heap.create<Samples>());
  const std::span<uint32_t> asked(samples->data(), std::min(count, selftest::kMaxSamples));
  const uint32_t taken = TRY(selftest::take_samples(system.memory, system.clock, what, asked));
  TRY(system.user.write(to, samples->data(), taken * sizeof(uint32_t)));
  return taken;
}

}  // namespace

Result<uint32_t> SysNull(proc::System&, Words) { return 0u; }

Result<uint32_t> SysClock(proc::System& system, Words a) {
  proc::CpuClock& clock = system.clock;
  sys_time time{};
  switch (a[0]) {
    case SYS_CLOCK_MONOTONIC:
      time = {clock.now_ns(), clock.timestamp()};
      break;
    case SYS_CLOCK_REALTIME:
      time = {static_cast<uint64_t>(system.machine.boot_time()) * kNsPerSecond + clock.now_ns(),
              clock.timestamp()};
      break;
    case SYS_CLOCK_PROCESS_CPU:
      time.tsc = process_ticks(system);
      time.ns = clock.ticks_to_ns(time.tsc);
      break;
    case SYS_CLOCK_IDLE:
      time.tsc = system.scheduler.running().idle_ticks();
      time.ns = clock.ticks_to_ns(time.tsc);
      break;
    default:
      return Failure(Error::BadArgument);
  }
  TRY(proc::copy_out(system.user, VirtAddr{a[1]}, time));
  return kTrue;
}

Result<uint32_t> SysCheckMachine(proc::System& system, Words) {
  TRY(need(system, Privilege::Check));
  mm::check_machine(system.memory);
  return kTrue;
}

Result<uint32_t> SysShutdown(proc::System& system, Words a) {
  TRY(need(system, Privilege::Shutdown));
  TextBuffer<32> verdict;
  verdict.add("exit ").add_decimal(static_cast<int32_t>(a[0]));
  system.machine.end(verdict.text(), proc::After::PowerOff);
}

Result<uint32_t> SysLog(proc::System& system, Words a) {
  auto position = TRY(proc::copy_in<uint64_t>(system.user, VirtAddr{a[0]}));
  const VirtAddr to{a[1]};
  char text[kLogStep];
  uint32_t done = 0;
  while (done < a[2] && !system.thread().doomed) {
    const size_t most = std::min<size_t>(a[2] - done, sizeof text);
    const auto count = static_cast<uint32_t>(system.machine.read_log(position, {text, most}));
    if (count == 0) break;
    TRY(system.user.write(to + done, text, count));
    done += count;
  }
  TRY(proc::copy_out(system.user, VirtAddr{a[0]}, position));
  return done;
}

Result<uint32_t> SysSwapOn(proc::System& system, Words) {
  TRY(need(system, Privilege::Swap));
  if (system.memory.swap == nullptr) return Failure(Error::NotFound);
  TRY(system.memory.swap->swap_on_again());
  return kTrue;
}

Result<uint32_t> SysSwapOff(proc::System& system, Words) {
  TRY(need(system, Privilege::Swap));
  if (system.memory.swap == nullptr) return Failure(Error::NotFound);
  mm::SwapOff off(*system.memory.swap);
  TRY(off.begin());
  while (TRY(off.step()) == mm::Progress::More) {
    if (system.thread().doomed) return Failure(Error::Interrupted);
  }
  return kTrue;
}

Result<uint32_t> SysPanic(proc::System& system, Words) {
  if (!bootinfo::has_option(system.machine.command_line(), "allow-panic")) {
    return Failure(Error::NoAccess);
  }
  KASSERT(!"SysPanic was called");
  return kTrue;
}

Result<uint32_t> SysBench(proc::System& system, Words a) {
  TRY(need(system, Privilege::Bench));
  switch (a[0]) {
    case SYS_BENCH_DROP_ZEROED:
      proc::start_measuring(system);
      system.memory.frames.zeroed().drop();
      return kTrue;
    case SYS_BENCH_FILL_ZEROED:
      return fill_zeroed(system, a[2]);
    case SYS_BENCH_LONGEST_RUN:
      return static_cast<uint32_t>(
          std::min<uint64_t>(system.scheduler.running().take_longest(), UINT32_MAX));
    case SYS_BENCH_SYSENTER:
      return system.user_mode.has_fast_call() ? 1u : 0u;
    default:
      return take_samples(system, a[0], VirtAddr{a[1]}, a[2]);
  }
}

}  // namespace mobius::syscall::calls
