// Threads of a process: see threads.h.
#include "proc/threads.h"

#include "proc/process_end.h"
#include "proc/user_memory.h"

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
  free_kernel_stack(*system, *thread);
  system->memory.heap.destroy(thread);
}

Result<NewThread> make_thread(System& system, mm::Claim claim, void (*entry)(void*),
                              void* argument) {
  auto owned = TRY(system.memory.heap.create<Thread>());
  NewThread thread(owned.release(), ThreadDeleter{&system});
  thread->kernel_stack_top = TRY(system.cpu.make_kernel_stack(claim));
  system.cpu.start_context(thread->context, thread->kernel_stack_top, entry, argument);
  thread->id = system.next_thread_id++;
  return thread;
}

void free_kernel_stack(System& system, Thread& thread) {
  if (thread.kernel_stack_top != 0) system.cpu.free_kernel_stack(thread.kernel_stack_top);
  thread.kernel_stack_top = 0;
}

Thread& add_thread(System& system, Process& process, NewThread owned) {
  Thread& thread = *owned.release();
  thread.process = &process;
  thread.claim = process.claim();
  if (process.promised()) thread.priority = kPromisedPriority;
  thread.context.directory = system.cpu.directory_of(*process.map);
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
  const uint32_t most = most_threads(system.cpu.kernel_stacks());
  if (process.thread_count >= most) return Failure(Error::TooManyRunning);
  NewThread thread = TRY(make_thread(system, process.claim(), user_thread_entry, &system));
  UserStack stack(*process.space, TRY(process.space->map_stack(start.stack_bytes)));
  // As after a call of entry(argument): the argument at a multiple of 16, above it nothing.
  const VirtAddr esp{stack.range().end.value - 20};
  const uint32_t frame[2] = {0, start.argument};
  TRY(copy_out(system.cpu, esp, frame));
  // The copy may have slept.
  if (process.ending()) return Failure(Error::Interrupted);
  if (process.thread_count >= most) return Failure(Error::TooManyRunning);
  // From here on nothing fails.
  stack.keep();
  thread->user_stack = stack.range();
  thread->start_eip = start.entry;
  thread->start_esp = esp;
  thread->start_tls = start.tls;
  thread->priority = system.thread().priority;
  return add_thread(system, process, std::move(thread)).id;
}

void enter_user_mode(System& system) {
  Thread& self = system.thread();
  system.cpu.set_tls(self.context, self.start_tls);
  if (self.doomed) end_thread(system, 0);
  system.cpu.enter_user(self.start_eip, self.start_esp);
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
  // The mark keeps the record alive for this joiner: nobody else can take it away meanwhile.
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
