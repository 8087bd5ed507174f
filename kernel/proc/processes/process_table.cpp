// The process table: see process_table.h.
#include "proc/processes/process_table.h"

namespace mobius::proc {

uint64_t cpu_ticks_of(const Process& process) {
  uint64_t ticks = process.ended_cpu_ticks;
  for (const Thread& thread : process.threads) {
    if (!thread.joinable) ticks += thread.cpu_ticks;  // the others are in the sum
  }
  return ticks;
}

Result<void> ProcessTable::check_room(const Process* parent, Privileges privileges) const {
  const mm::FrameClass who = privileges.frame_class();
  const uint32_t siblings = parent != nullptr ? parent->child_count : 0;
  const bool room = may_start(who, count_, kMaxProcesses) &&
                    may_start(who, siblings, kMaxChildren + kPromisedStarts);
  return room ? Result<void>() : Failure(Error::TooManyRunning);
}

Result<ProcessTable::Unborn> ProcessTable::create(Process* parent, Privileges privileges) {
  TRY(check_room(parent, privileges));
  auto owned = TRY(memory_.heap.create<Process>(memory_.heap));
  Unborn unborn(*this, Ref<Process>(owned.release()));
  unborn->privileges = privileges;
  unborn->map = TRY(maps_.create(memory_.waiting.promoted(privileges.frame_class())));
  unborn->space = TRY(mm::AddressSpace::create(memory_, *unborn->map));
  return unborn;
}

Process& ProcessTable::publish(Unborn unborn, Process* parent) {
  Process& process = *unborn;
  process.add_reference();  // the table's
  unborn.process_ = {};
  process.pid = next_pid_++;
  all_.push_back(process);
  ++count_;
  if (parent != nullptr) {
    process.parent = parent;
    parent->children.push_back(process);
    ++parent->child_count;
  }
  return process;
}

void ProcessTable::destroy_memory(Process& process) {
  process.space.reset();
  if (process.map != nullptr) maps_.destroy(*process.map);
  process.map = nullptr;
}

void ProcessTable::orphan(Process& child) {
  KASSERT(child.parent != nullptr);
  child.parent->children.remove(child);
  --child.parent->child_count;
  child.parent = nullptr;
  if (child.zombie) remove(child);
}

void ProcessTable::remove(Process& zombie) {
  KASSERT(zombie.zombie);
  if (zombie.parent != nullptr) {
    zombie.parent->children.remove(zombie);
    --zombie.parent->child_count;
    zombie.parent = nullptr;
  }
  all_.remove(zombie);
  --count_;
  zombie.drop_reference();
}

Process* ProcessTable::find(uint32_t pid) const {
  Process* process = pid == 0 ? nullptr : next_after(pid - 1);
  return process != nullptr && process->pid == pid ? process : nullptr;
}

Process* ProcessTable::next_after(uint32_t pid) const {
  for (Process& process : all_) {
    if (process.pid > pid) return &process;
  }
  return nullptr;
}

}  // namespace mobius::proc
