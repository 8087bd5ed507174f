// SimScheduler: several kernel threads in one test, deterministic.
//
// Fibers on stacks of their own; they switch only where they wait, sleep or yield, as threads of
// the kernel do. Who runs next is drawn from a seeded generator, so one seed is one history and
// many seeds are many interleavings. Time is virtual: it moves only when everybody sleeps. The
// test itself is a fiber too, so it may call whatever waits.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "mm/words/frame_request.h"
#include "mm/words/waiting.h"
#include "sim/random.h"

namespace mobius::sim {

class SimScheduler final : public mm::Waiting {
 public:
  explicit SimScheduler(uint64_t seed);
  // Requires: every fiber has finished (asserted), unless abandon() was called.
  ~SimScheduler();
  SimScheduler(const SimScheduler&) = delete;

  // A new fiber; it runs when the caller waits, sleeps, yields or calls run().
  void spawn(std::function<void()> body);

  // Runs the other fibers until they have finished or wait for what nobody will wake. Returns how
  // many are left waiting: 0 is the good end. Called by the test, not by a fiber.
  uint32_t run();
  // Forgets fibers that wait for ever. Their stacks are not unwound.
  void abandon();

  // mm::Waiting. A wait that nobody can end any more is a deadlock: it ends the process, unless the
  // test is in run().
  void wait_unguarded(const void* channel) override;
  void wake(const void* channel) override;
  bool called_off() const override { return called_off_; }
  // Where somebody else could, it is drawn who runs on.
  void let_others_run() override { yield(); }
  mm::FrameClass promoted(mm::FrameClass own) const override {
    return promised_ ? mm::FrameClass::Promised : own;
  }
  // Whatever runs from now on is to end.
  void call_off() { called_off_ = true; }

  // Lets another runnable fiber run, perhaps; the caller stays runnable.
  void yield();
  void sleep(uint64_t ticks);
  uint64_t now() const { return now_; }
  uint64_t switches() const { return switches_; }
  // Whether some wait() returns without a wake, as the port allows. On at first.
  void wake_spuriously(bool on) { spurious_ = on; }

 private:
  friend class PromisedThread;
  struct Fiber;
  enum class State : uint8_t { Runnable, Waiting, Sleeping, Finished };

  void suspend(State state);  // switches away; returns when chosen again
  Fiber* choose();            // null where nobody can run any more
  void switch_to(Fiber& to);
  void reap();
  bool anybody_else() const;

  Random random_;
  std::vector<std::unique_ptr<Fiber>> fibers_;  // [0] is the test
  Fiber* current_;
  uint64_t now_ = 0, switches_ = 0;
  bool called_off_ = false, promised_ = false;
  bool spurious_ = true, draining_ = false;  // draining: the test is in run()
};

// While one exists, whatever runs is a promised thread.
class PromisedThread {
 public:
  explicit PromisedThread(SimScheduler& scheduler) : scheduler_(scheduler) {
    scheduler_.promised_ = true;
  }
  PromisedThread(const PromisedThread&) = delete;
  ~PromisedThread() { scheduler_.promised_ = false; }

 private:
  SimScheduler& scheduler_;
};

}  // namespace mobius::sim
