// Sys...: the machine as a whole.
#include <algorithm>

#include "mm/invariants.h"
#include "mm/pageout.h"
#include "mm/swap_off.h"
#include "proc/boot_options.h"
#include "proc/text.h"
#include "proc/user_memory.h"
#include "syscall/calls.h"

namespace mobius::syscall::calls {
namespace {

using proc::Privilege;

constexpr uint32_t kLogStep = 512;
constexpr uint64_t kNsPerSecond = 1'000'000'000;

uint64_t process_ticks(proc::System& system) {
  system.scheduler.charge_current();
  return proc::cpu_ticks_of(system.process());
}

}  // namespace

Result<uint32_t> SysNull(proc::System&, Words) { return 0u; }

Result<uint32_t> SysClock(proc::System& system, Words a) {
  proc::Cpu& cpu = system.cpu;
  sys_time time{};
  switch (a[0]) {
    case SYS_CLOCK_MONOTONIC:
      time = {cpu.now_ns(), cpu.timestamp()};
      break;
    case SYS_CLOCK_REALTIME:
      time = {static_cast<uint64_t>(system.machine.boot_time()) * kNsPerSecond + cpu.now_ns(),
              cpu.timestamp()};
      break;
    case SYS_CLOCK_PROCESS_CPU:
      time.tsc = process_ticks(system);
      time.ns = cpu.ticks_to_ns(time.tsc);
      break;
    case SYS_CLOCK_IDLE:
      time.tsc = system.scheduler.idle_ticks();
      time.ns = cpu.ticks_to_ns(time.tsc);
      break;
    default:
      return Failure(Error::BadArgument);
  }
  TRY(proc::copy_out(cpu, VirtAddr{a[1]}, time));
  return kTrue;
}

Result<uint32_t> SysCheckMachine(proc::System& system, Words) {
  TRY(need(system, Privilege::Check));
  mm::check_machine(system.memory);
  return kTrue;
}

Result<uint32_t> SysShutdown(proc::System& system, Words a) {
  TRY(need(system, Privilege::Shutdown));
  proc::TextBuffer<32> verdict;
  verdict.add("exit ").add_decimal(static_cast<int32_t>(a[0]));
  system.machine.end(verdict.text(), proc::After::PowerOff);
}

Result<uint32_t> SysLog(proc::System& system, Words a) {
  auto position = TRY(proc::copy_in<uint64_t>(system.cpu, VirtAddr{a[0]}));
  const VirtAddr to{a[1]};
  char text[kLogStep];
  uint32_t done = 0;
  while (done < a[2] && !system.thread().doomed) {
    const size_t most = std::min<size_t>(a[2] - done, sizeof text);
    const auto count = static_cast<uint32_t>(system.machine.read_log(position, {text, most}));
    if (count == 0) break;
    TRY(system.cpu.copy_to_user(to + done, text, count));
    done += count;
  }
  TRY(proc::copy_out(system.cpu, VirtAddr{a[0]}, position));
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
  while (!TRY(off.step())) {
    if (system.thread().doomed) return Failure(Error::Interrupted);
  }
  return kTrue;
}

Result<uint32_t> SysPanic(proc::System& system, Words) {
  if (!proc::has_option(system.machine.command_line(), "allow-panic")) {
    return Failure(Error::NoAccess);
  }
  KASSERT(!"SysPanic was called");
  return kTrue;
}

}  // namespace mobius::syscall::calls
