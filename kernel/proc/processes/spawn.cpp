// Spawning: see spawn.h. The parent's thread builds everything that can fail on account of the
// program; the new thread itself copies its arguments to its stack, in its own address space. Where
// memory is short each step waits for frames and keeps those it got: frames given back would go to
// other waiting requests.
#include "proc/processes/spawn.h"

#include <algorithm>

#include "abi/start.h"
#include "mm/paging/frame_wait.h"
#include "proc/processes/process_end.h"
#include "proc/processes/thread_life.h"

namespace mobius::proc {
namespace {

// What the main thread needs on its way to user mode.
struct MainStart {
  System& system;
  Arguments arguments;
};

// The main thread's first kernel code.
void main_thread_entry(void* argument) {
  auto* start = static_cast<MainStart*>(argument);
  System& system = start->system;
  Thread& self = system.thread();
  const uint32_t flags = system.user_mode.has_fast_call() ? MOBIUS_START_SYSENTER : 0;
  auto top = start->arguments->write(system.user, self.user_stack.end, flags);
  system.memory.heap.destroy(start);
  if (!top) {
    begin_end(system, *self.process, PROC_OUT_OF_MEMORY, kOutOfMemoryCode);
  } else {
    self.start_stack = *top;
  }
  enter_user_mode(system);
}

void set_name(Process& process, std::string_view path) {
  path.remove_prefix(path.rfind('/') + 1);  // npos + 1 is 0
  const size_t n = std::min(path.size(), process.name.size() - 1);
  std::copy_n(path.begin(), n, process.name.begin());
}

// Puts the first three handles where POSIX programs expect them. Only the first to be added can
// fail: a new table has room for more.
Result<void> add_files(Process& process, std::array<HandleTable::Entry, 3>& files) {
  Ref<KernelObject> filler;
  for (auto& file : files) {
    if (file.object) filler = file.object;
  }
  if (!filler) return {};
  for (auto& file : files) {
    TRY(process.handles.add(file.object ? file.object : filler, file.rights));
  }
  for (Handle handle = 1; handle <= files.size(); ++handle) {
    if (!files[handle - 1].object) TRY(process.handles.close(handle));
  }
  return {};
}

}  // namespace

Result<uint32_t> spawn(System& system, SpawnRequest request) {
  const auto step = [&](auto&& attempt) { return mm::retry_for_frames(system.memory, attempt); };
  const VolumeNode node = TRY(step([&] { return system.volume.find(request.path); }));
  if (node.kind == NodeKind::Directory) return Failure(Error::NoAccess);
  auto unborn =
      TRY(step([&] { return system.processes.create(request.parent, request.privileges); }));
  set_name(*unborn, request.path);
  auto start = TRY(step([&] {
    return system.memory.heap.create<MainStart>(system, std::move(request.arguments));
  }));
  // Before anything is read: where kernel stacks have run out, the answer is quick.
  NewThread thread = TRY(step([&] {
    return make_thread(system, &*unborn, main_thread_entry, start.get());
  }));
  mm::AddressSpace& space = *unborn->space;
  const auto program = TRY(step([&] { return system.programs.load(node, space); }));
  const VirtRange stack = TRY(step([&] { return space.map_stack(program.stack_reserve); }));
  TRY(step([&] { return add_files(*unborn, request.files); }));
  // Loading slept: the parent may have been killed, or have spawned elsewhere.
  if (request.parent != nullptr && request.parent->ending()) return Failure(Error::Interrupted);
  TRY(system.processes.check_room(request.parent, request.privileges));
  // From here on nothing fails.
  (void)start.release();
  thread->user_stack = stack;
  thread->start_at = program.entry;
  Process& process = system.processes.publish(std::move(unborn), request.parent);
  add_thread(system, std::move(thread));
  return process.pid;
}

}  // namespace mobius::proc
