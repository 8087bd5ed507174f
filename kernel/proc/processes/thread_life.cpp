// Threads of a process: see thread_life.h.
#include "proc/processes/thread_life.h"

#include "proc/processes/process_end.h"
#include "proc/programs/user_copies.h"

namespace mobius::proc {
namespace {

void user_thread_entry(void* argument) { enter_user_mode(*static_cast<System*>(argument)); }

// What a new user thread has besides its record; taken back unless the thread starts.
class UserStack {
 public:
  UserStack(mm::AddressSpace& space, VirtRange range) : space_(&space), range_(range) {}
  UserStack(const UserStack&) = delete;
  ~UserStack() {
    if (space_ != nullptr) space_->unmap_stack(range_);
  }
  VirtRange range() const { return range_; }
  void keep() { space_ = nullptr; }

 private:
  mm::AddressSpace* space_;
  VirtRange range_;
};

}  // namespace

void ThreadDeleter::operator()(Thread* thread) const {
  free_context(*system, *thread);
  system->memory.heap.destroy(thread);
}

Result<NewThread> make_thread(System& system, Process* process, void (*entry)(void*),
                              void* argument) {
  auto owned = TRY(system.memory.heap.create<Thread>());
  NewThread thread(owned.release(), ThreadDeleter{&system});
  thread->process = process;
  if (process != nullptr) thread->frame_class = process->frame_class();
  UserMap* const map = process != nullptr ? process->map : nullptr;
  thread->context = TRY(system.cpu.make_context(thread->frame_class, map, entry, argument));
  thread->id = system.next_thread_id++;
  return thread;
}

void free_context(System& system, Thread& thread) {
  if (thread.context != nullptr) system.cpu.free_context(*thread.context);
  thread.context = nullptr;
}

Thread& add_thread(System& system, NewThread owned) {
  Thread& thread = *owned.release();
  Process& process = *thread.process;
  if (process.promised()) thread.priority = kPromisedPriority;
  process.threads.push_back(thread);
  ++process.thread_count;
  ++process.live_threads;
  system.scheduler.make_ready(thread);
  return thread;
}

void forget_thread(System& system, Thread& thread) {
  Process& process = *thread.process;
  process.threads.remove(thread);
  --process.thread_count;
  ThreadDeleter{&system}(&thread);
}

Result<uint32_t> start_user_thread(System& system, const ThreadStart& start) {
  Process& process = system.process();
  const uint32_t most = most_threads(system.cpu.most_contexts());
  if (process.thread_count >= most) return Failure(Error::TooManyRunning);
  NewThread thread = TRY(make_thread(system, &process, user_thread_entry, &system));
  UserStack stack(*process.space, TRY(process.space->map_stack(start.stack_bytes)));
  // As after a call of entry(argument): the argument at a multiple of 16, above it nothing.
  const VirtAddr top{stack.range().end.value - 20};
  const uint32_t frame[2] = {0, start.argument};
  TRY(copy_out(system.user, top, frame));
  // The copy may have slept.
  if (process.ending()) return Failure(Error::Interrupted);
  if (process.thread_count >= most) return Failure(Error::TooManyRunning);
  // From here on nothing fails.
  stack.keep();
  thread->user_stack = stack.range();
  thread->start_at = start.entry;
  thread->start_stack = top;
  thread->start_tls = start.tls;
  thread->priority = system.thread().priority;
  return add_thread(system, std::move(thread)).id;
}

void enter_user_mode(System& system) {
  Thread& self = system.thread();
  system.user_mode.set_tls(*self.context, self.start_tls);
  if (self.doomed) end_thread(system, 0);
  system.user_mode.enter(self.start_at, self.start_stack);
  __builtin_unreachable();
}

Result<Thread*> find_thread(System& system, uint32_t id) {
  if (id == 0) return &system.thread();
  for (Thread& thread : system.process().threads) {
    if (thread.id == id) return &thread;
  }
  return Failure(Error::NoSuchProcess);
}

Result<uint32_t> join_thread(System& system, uint32_t id) {
  Thread& thread = *TRY(find_thread(system, id));
  if (&thread == &system.thread() || thread.being_joined) return Failure(Error::BadArgument);
  // The mark keeps the record alive for this joiner: no other can take it away.
  thread.being_joined = true;
  while (!thread.joinable) {
    if (system.scheduler.wait_for(join_key(thread), kNever) == Wake::Interrupted) {
      thread.being_joined = false;
      return Failure(Error::Interrupted);
    }
  }
  const uint32_t status = thread.exit_status;
  forget_thread(system, thread);
  return status;
}

void end_thread(System& system, uint32_t status) {
  Thread& self = system.thread();
  Process& process = *self.process;
  self.exit_status = status;
  // Others run meanwhile: the space stays for as long as this thread counts as live.
  if (process.live_threads > 1 && !process.ending()) process.space->unmap_stack(self.user_stack);
  const bool last = --process.live_threads == 0;
  if (last) finish_process(system, process, static_cast<int32_t>(status));
  system.reaper.bury(self, last ? &process : nullptr);
  system.scheduler.leave();
}

}  // namespace mobius::proc
