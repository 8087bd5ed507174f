// The queues a thread can be on: ready queues by priority, and waiters by what they wait for.
//
// Pure: no processor, no clock. The links live in the thread, so queueing cannot fail and nothing
// has a fixed size. A thread is on a ready queue or among the waiters, never both.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "base/list.h"
#include "proc/deadlines.h"

namespace mobius::proc {

struct ReadyTag;
struct WaitTag;

// Priorities 0..7 are the programs'; the one above is the kernel's own (the reaper).
inline constexpr unsigned kNormalPriority = 4;
inline constexpr unsigned kMaxUserPriority = 7;
inline constexpr unsigned kKernelPriority = 8;
inline constexpr unsigned kPriorityLevels = 9;

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
  WaitKey key;
};

class ReadyQueues {
 public:
  bool empty() const { return levels_ == 0; }
  // The highest level that has a thread. Requires: !empty().
  unsigned highest() const { return static_cast<unsigned>(std::bit_width(levels_)) - 1; }
  unsigned lowest() const { return static_cast<unsigned>(std::countr_zero(levels_)); }

  void push_back(QueuedThread& thread);
  void push_front(QueuedThread& thread);  // for one that has not used up its time slice
  // Takes the thread that has waited longest at that level. Requires: the level is not empty.
  QueuedThread& pop(unsigned level);
  void remove(QueuedThread& thread);  // Requires: it is on its priority's queue

 private:
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
