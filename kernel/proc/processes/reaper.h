// Reaper: the kernel thread that frees what an ended thread cannot free while it stands on it: its
// kernel stack, and with the last thread of a process the page directory. Only then do
// the threads that wait for that end hear of it, so they see everything given back (D1).
#pragma once

#include "proc/processes/process.h"

namespace mobius::proc {

struct System;

class Reaper {
 public:
  explicit Reaper(System& system) : system_(system) {}
  Reaper(const Reaper&) = delete;

  // `thread` is the running one and is about to leave(). `last_of` is its process where it is the
  // last thread of it, else null.
  void bury(Thread& thread, Process* last_of);

  // The reaper's own thread. Never returns.
  [[noreturn]] void run();

 private:
  void bury_thread(Thread& thread);
  void bury_process(Process& process);

  System& system_;
  List<Thread, DeadTag> dead_;  // no lock: found empty and waited for with nothing in between
};

}  // namespace mobius::proc
