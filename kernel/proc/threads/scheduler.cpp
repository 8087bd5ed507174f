// The scheduler: see scheduler.h.
#include "proc/threads/scheduler.h"

#include "proc/threads/user_return.h"

namespace mobius::proc {

volatile uint32_t user_return_work = 0;

namespace {

Thread& thread_of(QueuedThread& queued) {
  return static_cast<Thread&>(queued);
}

}  // namespace

void Scheduler::make_ready(Thread& thread) {
  thread.state = ThreadState::Ready;
  turns_.add(thread);
  if (thread.level > current().level) user_return_work = 1;
}

Thread& Scheduler::choose() {
  return turns_.nobody() ? running_.boot() : thread_of(turns_.take_next());
}

void Scheduler::switch_to(Thread& next) {
  Lock::assert_no_lock_held();
  Thread& previous = current();
  next.state = ThreadState::Running;
  user_return_work = next.doomed ? 1 : 0;
  if (&next == &previous) return;
  running_.become(next);
  cpu_.switch_context(*previous.context, *next.context);
}

void Scheduler::sleep(WaitKey key, uint64_t deadline_ns, Interruptible interruptible) {
  Lock::assert_no_lock_held();
  Thread& self = current();
  self.state = ThreadState::Waiting;
  self.interruptible = interruptible;
  sleepers_.add(self, key, deadline_ns);
  switch_to(choose());
}

void Scheduler::wait_unguarded(const void* channel) {
  if (idle()) {
    // Only while the machine starts: there is nothing else to run, the caller checks again.
    cpu_.wait_for_interrupt();
    return;
  }
  sleep(kernel_key(channel), kNever, Interruptible::No);
}

Wake Scheduler::wait_for(WaitKey key, uint64_t deadline_ns) {
  KASSERT(!idle());
  if (current().doomed) return Wake::Interrupted;
  sleep(key, deadline_ns, Interruptible::Yes);
  return current().woken_by;
}

void Scheduler::wake_thread(Thread& thread, Wake reason) {
  sleepers_.remove(thread);
  thread.woken_by = reason;
  make_ready(thread);
}

uint32_t Scheduler::wake_some(WaitKey key, uint32_t count) {
  uint32_t woken = 0;
  while (woken < count) {
    QueuedThread* thread = sleepers_.find(key);
    if (thread == nullptr) break;
    wake_thread(thread_of(*thread), Wake::Woken);
    ++woken;
  }
  return woken;
}

void Scheduler::wake(const void* channel) {
  wake_some(kernel_key(channel), UINT32_MAX);
}

void Scheduler::doom(Thread& thread) {
  thread.doomed = true;
  if (&thread == &current()) user_return_work = 1;
  // A doomed thread only gives back what it has, so it must not wait for programs.
  thread.priority = kPromisedPriority;
  if (thread.state == ThreadState::Ready) {
    turns_.remove(thread);
    make_ready(thread);
  }
  if (thread.state == ThreadState::Waiting && thread.interruptible == Interruptible::Yes) {
    wake_thread(thread, Wake::Interrupted);
  }
}

void Scheduler::yield() {
  // A thread yields only to threads of its own priority or above.
  if (idle() || !turns_.any_from(current().priority)) return;
  current().state = ThreadState::Ready;
  turns_.add(current());
  switch_to(choose());
}

void Scheduler::set_priority(Thread& thread, uint8_t priority) {
  KASSERT(priority <= kKernelPriority);
  const bool queued = thread.state == ThreadState::Ready;
  if (queued) turns_.remove(thread);
  thread.priority = priority;
  if (thread.level != kOverdueLevel) thread.level = priority;
  if (queued) turns_.put_back(thread);
  user_return_work = 1;
}

void Scheduler::leave() {
  current().state = ThreadState::Ended;
  switch_to(choose());
  KASSERT(!"an ended thread ran again");
  __builtin_unreachable();
}

void Scheduler::timer_tick() {
  turns_.tick();
  const uint64_t now = clock_.now_ns();
  while (QueuedThread* late = sleepers_.find_late(now)) {
    wake_thread(thread_of(*late), Wake::TimedOut);
  }
  if (turns_.raise_overdue()) user_return_work = 1;
  if (Turns::count_down(current())) user_return_work = 1;
}

void Scheduler::reschedule() {
  Thread& self = current();
  user_return_work = self.doomed ? 1 : 0;
  if (idle()) return;
  QueuedThread* next = turns_.take_instead_of(self);
  if (next == nullptr) return;
  self.state = ThreadState::Ready;
  switch_to(thread_of(*next));
}

void Scheduler::let_others_run() {
  Lock::assert_no_lock_held();
  if (idle()) return;  // the machine starts: there are no others
  cpu_.let_interrupts_in();
  running_.charge();
  if (user_return_work != 0) reschedule();
}

bool Scheduler::run_ready() {
  if (turns_.nobody()) return false;
  switch_to(choose());
  return true;
}

}  // namespace mobius::proc
