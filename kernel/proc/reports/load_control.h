// Load control: suspends a process while memory cannot hold the pages that all programs use.
//
// A kernel thread looks twice a second at how long threads stood still for paging. When that was
// nearly all the time for two seconds, evicting more only moves the faults around: the biggest
// newcomer among the processes that paged in these seconds is suspended for a while - its threads
// wait where they need a page that is not there - so that the others get done. The oldest one is
// never suspended, nor are the shell and its helpers (S1). `ps` shows who is.
#pragma once

#include <cstdint>
#include <span>

namespace mobius::proc {

struct System;

// A process as load control sees it.
struct PagingProcess {
  uint32_t pid = 0;
  uint32_t pages = 0;   // resident
  uint32_t faults = 0;  // major ones in the current run of bad looks
  bool promised = false;
  bool suspended = false;
};

// The pid of the one to suspend; 0: nobody. Pure.
uint32_t biggest_newcomer(std::span<const PagingProcess> pagers);

class LoadControl {
 public:
  explicit LoadControl(System& system);
  LoadControl(const LoadControl&) = delete;

  static constexpr uint64_t kLookNs = 500'000'000;
  static constexpr uint32_t kLooksUntilSuspended = 4;  // bad ones in a row
  static constexpr uint32_t kLooksSuspended = 6;

  // The kernel thread's life: a look each kLookNs.
  [[noreturn]] void run();
  // What happens at one look. Locks: takes the memory lock.
  void look();

 private:
  static constexpr uint32_t kMostPagers = 64;  // the first that page; more would not change much

  bool thrashing();
  void forget_faults();
  void suspend_somebody();
  void resume();

  System& system_;
  // No lock for these: only the thread that looks reads or changes them.
  uint64_t stalled_ns_;         // at the last look
  uint32_t bad_looks_ = 0;      // in a row
  uint32_t suspended_pid_ = 0;  // 0: none
  uint32_t looks_left_ = 0;     // until it goes on
};

}  // namespace mobius::proc
