// The scheduler: see scheduler.h.
#include "proc/threads/scheduler.h"

#include <utility>

#include "mm/frames/frame_allocator.h"
#include "proc/threads/user_return.h"

namespace mobius::proc {

volatile uint32_t user_return_work = 0;

namespace {

Thread& thread_of(QueuedThread& queued) {
  return static_cast<Thread&>(queued);
}

}  // namespace

Scheduler::Scheduler(Cpu& cpu, CpuClock& clock, mm::FrameAllocator& frames)
    : cpu_(cpu), clock_(clock), frames_(frames), run_time_(clock, boot_) {
  boot_.context = &cpu.boot_context();
  boot_.state = ThreadState::Running;
}

void Scheduler::begin_turn(Thread& thread) {
  thread.level = thread.priority;
  thread.slice_ticks = kSliceTicks;
  thread.ready_since = ticks_;
}

void Scheduler::make_ready(Thread& thread) {
  thread.state = ThreadState::Ready;
  begin_turn(thread);
  ready_.push_back(thread);
  if (thread.level > current_->level) user_return_work = 1;
}

Thread& Scheduler::choose() {
  return ready_.empty() ? boot_ : thread_of(ready_.pop(ready_.highest()));
}

void Scheduler::switch_to(Thread& next) {
  Lock::assert_no_lock_held();
  Thread& previous = *current_;
  next.state = ThreadState::Running;
  user_return_work = next.doomed ? 1 : 0;
  if (&next == &previous) return;
  run_time_.charge(previous);
  current_ = &next;
  cpu_.switch_context(*previous.context, *next.context);
}

void Scheduler::sleep(WaitKey key, uint64_t deadline_ns, Interruptible interruptible) {
  Lock::assert_no_lock_held();
  Thread& self = *current_;
  self.state = ThreadState::Waiting;
  self.interruptible = interruptible;
  waiting_.add(self, key);
  if (deadline_ns != kNever) deadlines_.insert(self, deadline_ns);
  switch_to(choose());
}

void Scheduler::wait(const void* channel) {
  if (idle()) {
    // Only while the machine starts: there is nothing else to run, the caller checks again.
    cpu_.wait_for_interrupt();
    return;
  }
  sleep(kernel_key(channel), kNever, Interruptible::No);
}

Wake Scheduler::wait_for(WaitKey key, uint64_t deadline_ns) {
  KASSERT(!idle());
  if (current_->doomed) return Wake::Interrupted;
  sleep(key, deadline_ns, Interruptible::Yes);
  return current_->woken_by;
}

void Scheduler::wake_thread(Thread& thread, Wake reason) {
  waiting_.remove(thread);
  if (thread.queued) deadlines_.remove(thread);
  thread.woken_by = reason;
  make_ready(thread);
}

uint32_t Scheduler::wake_some(WaitKey key, uint32_t count) {
  uint32_t woken = 0;
  while (woken < count) {
    QueuedThread* thread = waiting_.find(key);
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
  if (&thread == current_) user_return_work = 1;
  // It only gives back what it has: many that are killed at a time must not wait for programs.
  thread.priority = kPromisedPriority;
  if (thread.state == ThreadState::Ready) {
    ready_.remove(thread);
    make_ready(thread);
  }
  if (thread.state == ThreadState::Waiting && thread.interruptible == Interruptible::Yes) {
    wake_thread(thread, Wake::Interrupted);
  }
}

void Scheduler::yield() {
  // With nobody of its own priority or above there is nobody to yield to.
  if (idle() || ready_.empty() || ready_.highest() < current_->priority) return;
  current_->state = ThreadState::Ready;
  begin_turn(*current_);
  ready_.push_back(*current_);
  switch_to(choose());
}

void Scheduler::set_priority(Thread& thread, uint8_t priority) {
  KASSERT(priority <= kKernelPriority);
  const bool queued = thread.state == ThreadState::Ready;
  if (queued) ready_.remove(thread);
  thread.priority = priority;
  if (thread.level != kOverdueLevel) thread.level = priority;
  if (queued) ready_.insert(thread);
  user_return_work = 1;
}

void Scheduler::leave() {
  current_->state = ThreadState::Ended;
  switch_to(choose());
  KASSERT(!"an ended thread ran again");
  __builtin_unreachable();
}

void Scheduler::timer_tick() {
  ++ticks_;
  const uint64_t now = clock_.now_ns();
  while (DeadlineNode* sleeper = deadlines_.earliest()) {
    if (sleeper->deadline_ns > now) break;
    wake_thread(static_cast<Thread&>(*sleeper), Wake::TimedOut);
  }
  raise_overdue();
  if (current_->slice_ticks > 0) --current_->slice_ticks;
  if (current_->slice_ticks == 0) user_return_work = 1;
}

void Scheduler::raise_overdue() {
  if (ticks_ - raised_at_ < kRaiseEveryTicks) return;
  QueuedThread* oldest = ready_.oldest();
  if (oldest == nullptr || ticks_ - oldest->ready_since < kPatienceTicks) return;
  ready_.remove(*oldest);
  oldest->level = kOverdueLevel;
  oldest->slice_ticks = kSliceTicks;
  ready_.push_back(*oldest);
  raised_at_ = ticks_;
  user_return_work = 1;
}

void Scheduler::reschedule() {
  Thread& self = *current_;
  user_return_work = self.doomed ? 1 : 0;
  if (idle()) return;
  const bool slice_over = self.slice_ticks == 0;
  if (slice_over) begin_turn(self);
  if (ready_.empty() || ready_.highest() < self.level) return;
  if (ready_.highest() == self.level && !slice_over) return;
  self.state = ThreadState::Ready;
  // The one to run is chosen before this one joins its queue: it must not choose itself.
  Thread& next = choose();
  if (slice_over) {
    ready_.push_back(self);
  } else {
    ready_.insert(self);
  }
  switch_to(next);
}

void Scheduler::let_others_run() {
  Lock::assert_no_lock_held();
  if (idle()) return;  // the machine starts: there are no others
  cpu_.let_interrupts_in();
  charge_current();
  if (user_return_work != 0) reschedule();
}

void Scheduler::idle_loop() {
  KASSERT(idle());
  for (;;) {
    if (!ready_.empty()) {
      switch_to(choose());
    } else if (zero_when_idle_ && frames_.zero_one_free_frame()) {
      cpu_.let_interrupts_in();
    } else {
      cpu_.wait_for_interrupt();
    }
  }
}

uint64_t Scheduler::take_longest_run() {
  charge_current();
  return run_time_.take_longest();
}

uint64_t Scheduler::idle_ticks() {
  charge_current();
  return boot_.cpu_ticks;
}

}  // namespace mobius::proc
