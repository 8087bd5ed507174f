// The queues a thread can be on: ready queues by priority, and waiters by what they wait for.
//
// Pure: no processor, no clock. The links live in the thread, so queueing cannot fail and nothing
// has a fixed size. A thread is on a ready queue or among the waiters, never both.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "base/list.h"
#include "proc/threads/deadlines.h"

namespace mobius::proc {

struct ReadyTag;
struct WaitTag;

// Priorities 0..7 are the programs' own choice. Above them: the shell and its helpers (S1) and
// threads that are being ended; threads that have waited too long, whatever their priority; the
// kernel's own threads.
inline constexpr unsigned kNormalPriority = 4;
inline constexpr unsigned kMaxUserPriority = 7;
inline constexpr unsigned kPromisedPriority = 8;
inline constexpr unsigned kOverdueLevel = 9;
inline constexpr unsigned kKernelPriority = 10;
inline constexpr unsigned kPriorityLevels = 11;

// What a thread waits for: a word of some owner. Kernel channels are {nullptr, address}; a futex is
// {process, user address}.
struct WaitKey {
  const void* owner = nullptr;
  uintptr_t word = 0;
  bool operator==(const WaitKey&) const = default;
};

// Words of keys whose owner is a kernel object; odd, for futexes are at multiples of 4.
inline constexpr uintptr_t kEndWord = 1;    // of a thread or, for its children, a process
inline constexpr uintptr_t kSleepWord = 3;  // of a thread: never woken, only timed out

inline WaitKey kernel_key(const void* channel) {
  return {nullptr, reinterpret_cast<uintptr_t>(channel)};
}

// The part of a thread that the queues see.
struct QueuedThread : Link<ReadyTag>, Link<WaitTag>, DeadlineNode {
  uint8_t priority = kNormalPriority;
  uint8_t level = kNormalPriority;  // where it is queued, and runs: its priority, or overdue
  uint8_t slice_ticks = 0;          // left of its time slice
  uint32_t ready_since = 0;         // the tick in which its turn was due: see Scheduler
  WaitKey key;
};

// Each level's queue is in the order of `ready_since`, so its head has waited longest.
class ReadyQueues {
 public:
  bool empty() const { return levels_ == 0; }
  // The highest level that has a thread. Requires: !empty().
  unsigned highest() const { return static_cast<unsigned>(std::bit_width(levels_)) - 1; }

  // Puts the thread on its level's queue, as the one that became ready last.
  void push_back(QueuedThread& thread);
  // push_back() for a thread that keeps its turn, or whose level has changed: others may have
  // become ready since. Looks from the front: usually no thread has waited longer.
  void insert(QueuedThread& thread);
  // Takes the thread that has waited longest at that level. Requires: the level is not empty.
  QueuedThread& pop(unsigned level);
  void remove(QueuedThread& thread);  // Requires: it is on its level's queue
  // The one that has waited longest of all levels below kOverdueLevel; null if there is none.
  QueuedThread* oldest();

 private:
  // No lock for these, nor for the buckets below: parts of the Scheduler (scheduler.h).
  std::array<List<QueuedThread, ReadyTag>, kPriorityLevels> queues_;
  uint32_t levels_ = 0;  // bit n: queue n is not empty
};

class WaitTable {
 public:
  void add(QueuedThread& thread, WaitKey key);
  void remove(QueuedThread& thread);  // Requires: it is waiting
  // The one that has waited longest for `key`; null if there is none.
  QueuedThread* find(WaitKey key);

 private:
  static constexpr unsigned kBuckets = 256;
  using Bucket = List<QueuedThread, WaitTag>;
  Bucket& bucket(WaitKey key);
  std::array<Bucket, kBuckets> buckets_;
};

}  // namespace mobius::proc
