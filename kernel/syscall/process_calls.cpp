// Proc...: processes come, are watched, and go.
#include <algorithm>

#include "proc/processes/process_end.h"
#include "proc/processes/spawn.h"
#include "proc/programs/user_copies.h"
#include "syscall/calls.h"

namespace mobius::syscall::calls {
namespace {

using Part = proc::ArgumentBlock::Part;
using proc::Privilege;

constexpr size_t kMaxPathBytes = 1024;

// struct proc_spawn as the i386 program lays it out.
struct UserSpawn {
  uint32_t path, argv, envp, privileges, files[3];
};
static_assert(sizeof(void*) != 4 || sizeof(UserSpawn) == sizeof(proc_spawn));
static_assert(sizeof(proc_info) == 88 && sizeof(proc_status) == 24);

// The new process's handles 1, 2, 3: the named ones, the caller's own, or none.
Result<void> choose_files(proc::System& system, const UserSpawn& spawn,
                          proc::SpawnRequest& request) {
  proc::HandleTable& handles = system.process().handles;
  for (uint32_t i = 0; i < request.files.size(); ++i) {
    if (spawn.files[i] == PROC_NO_FILE) continue;
    const auto entry = handles.find(spawn.files[i] != 0 ? spawn.files[i] : i + 1);
    if (entry) {
      if ((*entry)->object->kind() != proc::ObjectKind::File) return Failure(Error::BadHandle);
      request.files[i] = **entry;
    } else if (spawn.files[i] != 0) {
      return Failure(entry.error());
    }
  }
  return {};
}

// The child's privileges, all of which the caller has.
Result<proc::Privileges> choose_privileges(proc::System& system, uint32_t wanted) {
  const proc::Privileges own = system.process().privileges;
  if (wanted == PROC_SAME_PRIVILEGES) return own.without(Privilege::Promised);
  const auto privileges = proc::Privileges::of_bits(wanted);
  if (!privileges) return Failure(Error::BadArgument);
  if (!own.contain(*privileges)) return Failure(Error::NotPermitted);
  return *privileges;
}

proc_info describe(proc::System& system, proc::Process& process) {
  proc_info info{};
  info.pid = process.pid;
  info.parent = process.parent != nullptr ? process.parent->pid : 0;
  info.threads = process.live_threads;
  info.end = process.zombie ? process.end : PROC_RUNNING;
  if (process.space != nullptr) {
    LockGuard guard(system.memory.lock);
    info.regions = static_cast<uint32_t>(process.space->regions.count());
    info.pages_committed = process.space->footprint.resident;
    info.pages_swapped = process.space->footprint.swapped;
    info.pages_peak = process.space->footprint.peak();
    info.faults_minor = process.space->load.minor();
    info.faults_major = process.space->load.major();
    info.table_frames = process.map->table_frames();
    info.suspended = process.space->load.suspended() ? 1 : 0;
  }
  info.cpu_ns = system.clock.ticks_to_ns(proc::cpu_ticks_of(process));
  std::copy(process.name.begin(), process.name.end(), info.name);
  return info;
}

}  // namespace

Result<uint32_t> ProcSpawn(proc::System& system, Words a) {
  const auto spawn = TRY(proc::copy_in<UserSpawn>(system.user, VirtAddr{a[0]}));
  const proc::Privileges privileges = TRY(choose_privileges(system, spawn.privileges));
  mm::KernelHeap& heap = system.memory.heap;
  auto path = TRY(heap.create<std::array<char, kMaxPathBytes>>());
  const uint32_t length = TRY(proc::copy_string_in(system.user, VirtAddr{spawn.path}, *path));
  proc::SpawnRequest request;
  request.path = {path->data(), length};
  request.privileges = privileges;
  request.parent = &system.process();
  request.arguments = TRY(heap.create<proc::ArgumentBlock>(heap, system.memory.waiting));
  TRY(request.arguments->add_user_array(Part::Argument, system.user, VirtAddr{spawn.argv}));
  TRY(request.arguments->add_user_array(Part::Environment, system.user, VirtAddr{spawn.envp}));
  TRY(choose_files(system, spawn, request));
  return proc::spawn(system, std::move(request));
}

Result<uint32_t> ProcExit(proc::System& system, Words a) {
  proc::exit_process(system, static_cast<int32_t>(a[0]));
}

Result<uint32_t> ProcWait(proc::System& system, Words a) {
  const uint64_t deadline = deadline_in(system, wide(a + 1));
  const proc_status status = TRY(proc::wait_for_child(system, a[0], deadline));
  if (a[3] != 0) TRY(proc::copy_out(system.user, VirtAddr{a[3]}, status));
  return kTrue;
}

Result<uint32_t> ProcKill(proc::System& system, Words a) {
  TRY(proc::may_kill(system, a[0]));
  TRY(proc::kill_process(system, a[0]));
  return kTrue;
}

Result<uint32_t> ProcSelf(proc::System& system, Words) { return system.process().pid; }

Result<uint32_t> ProcPrivileges(proc::System& system, Words) {
  return system.process().privileges.bits();
}

Result<uint32_t> ProcList(proc::System& system, Words a) {
  system.scheduler.running().charge();
  const VirtAddr out{a[0]};
  uint32_t filled = 0;
  uint32_t last_pid = 0;
  // One at a time: the copy may sleep, and processes come and go meanwhile.
  while (filled < a[1] && !system.thread().doomed) {
    proc::Process* process = system.processes.next_after(last_pid);
    if (process == nullptr) break;
    last_pid = process->pid;
    const proc_info info = describe(system, *process);
    TRY(proc::copy_out(system.user, out + filled * sizeof info, info));
    ++filled;
    system.scheduler.let_others_run();
  }
  return filled;
}

Result<uint32_t> ProcOpen(proc::System& system, Words a) {
  proc::Process* process = a[0] == 0 ? &system.process() : system.processes.find(a[0]);
  if (process == nullptr) return Failure(Error::NoSuchProcess);
  return system.process().handles.add(proc::Ref<proc::KernelObject>(process), proc::Rights::Read);
}

}  // namespace mobius::syscall::calls
