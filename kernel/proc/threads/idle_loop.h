// IdleLoop: what the boot thread does once all is started: runs what is ready, else zeroes free
// frames, else waits.
#pragma once

#include "proc/threads/scheduler.h"

namespace mobius::proc {

class IdleLoop {
 public:
  IdleLoop(Scheduler& scheduler, Cpu& cpu, mm::FrameAllocator& frames)
      : scheduler_(scheduler), cpu_(cpu), frames_(frames) {}
  IdleLoop(const IdleLoop&) = delete;

  // Requires: the boot thread runs. Locks: none held.
  [[noreturn]] void run() EXCLUDES(memory_lock);
  void zero_frames(bool on) { zero_frames_ = on; }  // for benchmarks; on at first

 private:
  Scheduler& scheduler_;
  Cpu& cpu_;
  mm::FrameAllocator& frames_;
  bool zero_frames_ = true;
};

}  // namespace mobius::proc
