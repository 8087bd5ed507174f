// Locks with ranks, and the annotations that clang -Wthread-safety checks.
//
// The kernel runs on one processor and is not preempted while it is in the kernel: it switches
// threads only where it waits. So a lock needs no atomic word; it keeps the discipline that a
// second processor would need: ranks rise, and nothing waits, does I/O or touches user memory with
// a lock held (`assert_no_lock_held`). The annotations say on every shared field which lock it is.
#pragma once

#include "base/assert.h"

#if defined(__clang__)
#define MOBIUS_TSA(x) __attribute__((x))
#else
#define MOBIUS_TSA(x)
#endif
#define CAPABILITY(x) MOBIUS_TSA(capability(x))
#define SCOPED_CAPABILITY MOBIUS_TSA(scoped_lockable)
#define GUARDED_BY(x) MOBIUS_TSA(guarded_by(x))
#define PT_GUARDED_BY(x) MOBIUS_TSA(pt_guarded_by(x))
#define REQUIRES(...) MOBIUS_TSA(requires_capability(__VA_ARGS__))
#define EXCLUDES(...) MOBIUS_TSA(locks_excluded(__VA_ARGS__))
#define ACQUIRE(...) MOBIUS_TSA(acquire_capability(__VA_ARGS__))
#define RELEASE(...) MOBIUS_TSA(release_capability(__VA_ARGS__))
#define ASSERT_CAPABILITY(x) MOBIUS_TSA(assert_capability(x))
#define NO_THREAD_SAFETY_ANALYSIS MOBIUS_TSA(no_thread_safety_analysis)

namespace mobius {

// The one order in which locks may be taken: a held lock's rank is below the next one's.
enum class LockRank : unsigned char {
  Memory = 1,    // regions, page slots and VM objects of one machine
  Heap = 2,      // kernel heap slabs
  Frames = 3,    // the frame allocator
  Pressure = 4,  // the time spent waiting for pages
};

class CAPABILITY("lock") Lock {
 public:
  explicit Lock(LockRank rank) : bit_(1u << static_cast<unsigned>(rank)) {}
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

  void acquire() ACQUIRE() {
    // Every held rank is below this one, so the lock itself is free too.
    KASSERT(held_ranks_ < bit_);
    held_ranks_ |= bit_;
  }
  void release() RELEASE() {
    assert_held();
    held_ranks_ ^= bit_;
  }
  void assert_held() const ASSERT_CAPABILITY(this) {
    KASSERT((held_ranks_ & bit_) != 0);
  }

  // Called before every wait, I/O and access to user memory.
  static void assert_no_lock_held() { KASSERT(held_ranks_ == 0); }

 private:
  friend class LeafLock;
  const unsigned bit_;  // of its rank
  // Ranks held by the running processor. One processor: one word, never carried across a wait.
  static inline unsigned held_ranks_ = 0;
};

// The one name that the memory lock has in annotations, however it is reached: to the analysis,
// `space.manager().lock` and `object.manager().lock` are two locks. The name stands for the rank,
// as held_ranks_ does at run time. Only declared, so that no code can take it.
struct CAPABILITY("lock") LockName {
  LockName() = delete;
};
extern LockName memory_lock;

class MemoryLock final : public Lock {
 public:
  MemoryLock() : Lock(LockRank::Memory) {}
  void assert_held() const ASSERT_CAPABILITY(memory_lock) { Lock::assert_held(); }
};

class SCOPED_CAPABILITY LockGuard {
 public:
  explicit LockGuard(MemoryLock& lock) ACQUIRE(memory_lock) : lock_(lock) { lock_.acquire(); }
  explicit LockGuard(Lock& lock) ACQUIRE(lock) : lock_(lock) { lock_.acquire(); }
  ~LockGuard() RELEASE() { lock_.release(); }
  LockGuard(const LockGuard&) = delete;
  LockGuard& operator=(const LockGuard&) = delete;

 private:
  Lock& lock_;
};

// A lock for structures whose calls never wait and take no lock but another leaf of higher rank
// (kernel heap, frame allocator). On one processor such a call cannot be interrupted half way, so
// there is nothing to do at run time but to look that it is so, in the builds that check.
class CAPABILITY("lock") LeafLock {
 public:
  explicit constexpr LeafLock(LockRank rank) : bit_(1u << static_cast<unsigned>(rank)) {}
  LeafLock(const LeafLock&) = delete;
  LeafLock& operator=(const LeafLock&) = delete;
  void acquire() ACQUIRE() {
    if constexpr (!kChecksLeafLocks) return;
    KASSERT(Lock::held_ranks_ < bit_);
    Lock::held_ranks_ |= bit_;
  }
  void release() RELEASE() {
    if constexpr (!kChecksLeafLocks) return;
    KASSERT((Lock::held_ranks_ & bit_) != 0);
    Lock::held_ranks_ ^= bit_;
  }

 private:
  // The builds that fill memory with junk: kernel-debug, and the host tests with sanitizers.
  static constexpr bool kChecksLeafLocks = MOBIUS_FILL_WITH_JUNK;
  const unsigned bit_;
};

// The frame allocator's, which its parts (frame_gate.h, standby_frames.h) take too: one name for it
// in annotations, as memory_lock.
extern LockName frames_lock;

class FramesLock final : public LeafLock {
 public:
  constexpr FramesLock() : LeafLock(LockRank::Frames) {}
};

class SCOPED_CAPABILITY LeafGuard {
 public:
  explicit LeafGuard(FramesLock& lock) ACQUIRE(frames_lock) : lock_(lock) { lock_.acquire(); }
  explicit LeafGuard(LeafLock& lock) ACQUIRE(lock) : lock_(lock) { lock_.acquire(); }
  ~LeafGuard() RELEASE() { lock_.release(); }
  LeafGuard(const LeafGuard&) = delete;
  LeafGuard& operator=(const LeafGuard&) = delete;

 private:
  LeafLock& lock_;
};

}  // namespace mobius
