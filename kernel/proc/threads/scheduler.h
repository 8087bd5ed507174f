// Scheduler: which thread runs. Turns has the ready threads, Sleepers those that wait.
//
// Threads switch only where they wait, where long work lets others run, and on the way back to user
// mode, so everything between two such places is atomic; interrupts are off in the kernel but for
// the idle wait and between two steps of long work.
#pragma once

#include "mm/words/waiting.h"
#include "proc/threads/running.h"
#include "proc/threads/sleepers.h"
#include "proc/threads/turns.h"

namespace mobius::proc {

class Scheduler final : public mm::Waiting {
 public:
  Scheduler(Cpu& cpu, CpuClock& clock)
      : cpu_(cpu), clock_(clock), running_(clock, cpu.boot_context()) {}
  Scheduler(const Scheduler&) = delete;

  // The running thread. Before the first switch, and while nothing else runs, the boot thread.
  Thread& current() const { return running_.thread(); }
  bool idle() const { return running_.is_boot(); }
  // How long threads have run.
  Running& running() { return running_; }

  // Puts a thread that has never run, or was taken out of a wait, on the ready queue.
  void make_ready(Thread& thread);

  // mm::Waiting: never cut short by a kill. The boot thread waits for an interrupt instead.
  void wait_unguarded(const void* channel) override EXCLUDES(memory_lock);
  void wake(const void* channel) override;
  bool called_off() const override { return current().doomed; }
  mm::FrameClass promoted(mm::FrameClass own) const override {
    return current().frame_class == mm::FrameClass::Promised ? mm::FrameClass::Promised : own;
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
  // The thread keeps the rest of its turn.
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

  // Switches to the thread whose turn it is; false if none is ready. For the boot thread.
  bool run_ready() EXCLUDES(memory_lock);

 private:
  void sleep(WaitKey key, uint64_t deadline_ns, Interruptible interruptible);
  void wake_thread(Thread& thread, Wake reason);
  Thread& choose();
  void switch_to(Thread& next);

  Cpu& cpu_;
  CpuClock& clock_;
  // No lock for these: interrupts are off wherever a thread changes them, and none runs another
  // thread before they agree again.
  Running running_;
  Turns turns_;
  Sleepers sleepers_;
};

}  // namespace mobius::proc
