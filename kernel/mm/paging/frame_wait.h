// FrameWait: one request's waits for frames, from the first attempt that finds none to the last.
#pragma once

#include "mm/paging/page_daemon.h"

namespace mobius::mm {

// What a wait has come to: another attempt may find a frame, or none would.
enum class Waited : uint8_t { Again, GaveUp };

class FrameWait {
 public:
  explicit FrameWait(MemoryManager& manager) : manager_(manager), daemon_(manager.page_daemon) {}
  FrameWait(const FrameWait&) = delete;

  // An attempt has found no frame, or none where it must be: sleeps until another may find one. A
  // promised page takes those, too, that could not be written before. GaveUp: nothing can be
  // evicted for a request of that class, or it has waited too often. A request that waits a few
  // times in a row starves: others are throttled meanwhile.
  Waited for_frames(FrameClass own = FrameClass::Normal) EXCLUDES(memory_lock);

 private:
  // What is missing: any frame, one in the direct map, or several in a row.
  enum class Lack : uint8_t { Frames, Direct, Run };

  Waited for_batch(FrameClass who) EXCLUDES(memory_lock);
  Waited for_transfer() EXCLUDES(memory_lock);
  Lack lack_of(FrameClass who);
  bool there_is_more_for(Lack lack) EXCLUDES(memory_lock);
  Waited end_swap_off() EXCLUDES(memory_lock);
  Waited retry_stuck_pages() EXCLUDES(memory_lock);

  // How often one request waits before it is given up: others may take the frames first, or they
  // may not be where they are needed (a page table must be in the direct map).
  static constexpr unsigned kMost = 64;
  static constexpr unsigned kStarving = 3;
  MemoryManager& manager_;
  PageDaemon* const daemon_;  // null: nothing is ever evicted
  unsigned waits_ = 0;
};

// While one exists, a request starves: it waits for frames that others take before it.
class Starved {
 public:
  explicit Starved(MemoryManager& manager) EXCLUDES(memory_lock);
  Starved(const Starved&) = delete;
  ~Starved() EXCLUDES(memory_lock);

 private:
  MemoryManager& manager_;
};

// For a thread that needs a page while a request starves: sleeps for a few batches. Not for as long
// as it takes, because the one that starves may wait for the processor, or for this thread.
void throttle(MemoryManager& manager) EXCLUDES(memory_lock);

// Makes `attempt`, a function that returns a Result, and again when it has found no frame and pages
// have been evicted. Of several steps each should wait by itself, and keep what it got meanwhile:
// others take frames all the time. Requires: an attempt that fails has changed nothing. Fails: as
// the last attempt; OutOfFrames only where it has waited too often. A promise that is refused is
// refused at once.
template <typename F>
auto retry_for_frames(MemoryManager& manager, F&& attempt) EXCLUDES(memory_lock) {
  FrameWait wait(manager);
  for (;;) {
    const uint32_t refusals = manager.refused_promises();  // others' come while this one waits
    auto outcome = attempt();
    const bool starves = !outcome && outcome.error() == Error::OutOfFrames;
    if (!starves || manager.refused_promises() != refusals) return outcome;
    if (wait.for_frames() == Waited::GaveUp) return outcome;
  }
}

}  // namespace mobius::mm
