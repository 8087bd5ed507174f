// Scheduler: who runs. Round robin within a priority, the highest priority first.
//
// Threads switch only where they wait, where long work lets others run, and on the way back to user
// mode, so everything between two such places is atomic; interrupts are off in the kernel but for
// the idle wait and between two steps of long work.
//
// A turn begins where a thread becomes ready, yields or has used up its time slice: it gets a new
// slice and goes to the end of its queue. One that is preempted keeps its turn: what is left of its
// slice, and its place before all who became ready later.
//
// So that nobody starves, a thread whose turn has been due for kPatienceTicks is overdue. Every
// kRaiseEveryTicks the one that has waited longest is raised to kOverdueLevel, whatever its
// priority, for a whole slice that only the kernel's own threads interrupt. Whatever others do, a
// ready thread runs within
//
//   kPatienceTicks + kRaiseEveryTicks * (n - 1) ticks,
//
// n: the threads that were ready or running in the tick in which it became so, itself included; and
// has had its slice kSliceTicks later. The kernel's own threads come on top: they run for what
// programs have asked of them.
#pragma once

#include "mm/words/waiting.h"
#include "proc/threads/run_time.h"

namespace mobius::proc {

inline constexpr uint8_t kSliceTicks = 2;  // of 10 ms
inline constexpr uint32_t kPatienceTicks = 32;
// Every other slice goes by priority alone, so a thread of a high one waits no longer than a slice.
inline constexpr uint32_t kRaiseEveryTicks = 2 * kSliceTicks;

class Scheduler final : public mm::Waiting {
 public:
  // `frames`: zeroed while the machine idles.
  Scheduler(Cpu& cpu, CpuClock& clock, mm::FrameAllocator& frames);
  Scheduler(const Scheduler&) = delete;

  // The running thread. Before the first switch, and while nothing else runs, the boot thread.
  Thread& current() const { return *current_; }
  bool idle() const { return current_ == &boot_; }

  // Puts a thread that has never run, or was taken out of a wait, on the ready queue.
  void make_ready(Thread& thread);

  // mm::Waiting: never cut short by a kill. The boot thread waits for an interrupt instead.
  void wait(const void* channel) override EXCLUDES(memory_lock);
  void wake(const void* channel) override;
  bool called_off() const override { return current_->doomed; }
  mm::FrameClass promoted(mm::FrameClass own) const override {
    return current_->frame_class == mm::FrameClass::Promised ? mm::FrameClass::Promised : own;
  }
  // Takes the interrupts that are pending; then as reschedule().
  void let_others_run() override EXCLUDES(memory_lock);

  // Sleeps until `key` is woken, `deadline_ns` (of CpuClock; kNever) has passed, or the thread's
  // process is being killed.
  Wake wait_for(WaitKey key, uint64_t deadline_ns) EXCLUDES(memory_lock);
  // Makes the longest waiting `count` threads of `key` runnable; how many there were. Never
  // switches.
  uint32_t wake_some(WaitKey key, uint32_t count);

  void yield() EXCLUDES(memory_lock);
  // What is left of its turn it takes along.
  void set_priority(Thread& thread, uint8_t priority);

  // The running thread never runs again. Its stack is freed by a thread on another one.
  [[noreturn]] void leave();

  // The timer interrupt's part: wakes sleepers, counts the slice down. Never switches.
  void timer_tick();

  // On the way to user mode, where user_return_work is set: switches if it is another's turn.
  void reschedule();
  // The thread leaves at its next way out of the kernel, before any program's turn; an
  // interruptible wait ends at once.
  void doom(Thread& thread);

  // The boot thread's end: runs what is ready, else zeroes free frames, else waits.
  [[noreturn]] void idle_loop();
  void zero_when_idle(bool on) { zero_when_idle_ = on; }  // for benchmarks; on at first

  // Time stamp counter ticks spent in the boot thread, up to now.
  uint64_t idle_ticks();
  // Adds the running thread's time since the last switch to its account.
  void charge_current() { run_time_.charge(*current_); }
  // The longest time, in time stamp counter ticks, that a thread has run since this was last asked
  // without coming to a point where others could: a switch, a sleep, let_others_run(). Time in user
  // mode counts as well, that of the boot thread does not.
  uint64_t take_longest_run();

 private:
  void sleep(WaitKey key, uint64_t deadline_ns, Interruptible interruptible);
  void wake_thread(Thread& thread, Wake reason);
  void begin_turn(Thread& thread);
  void raise_overdue();
  Thread& choose();
  void switch_to(Thread& next);

  Cpu& cpu_;
  CpuClock& clock_;
  mm::FrameAllocator& frames_;
  Thread boot_;
  RunTime run_time_;
  Thread* current_ = &boot_;
  ReadyQueues ready_;
  WaitTable waiting_;
  Deadlines deadlines_;
  uint32_t ticks_ = 0;
  uint32_t raised_at_ = 0;  // the tick in which a thread was last raised to kOverdueLevel
  bool zero_when_idle_ = true;
};

}  // namespace mobius::proc
