// Patience: one request's waits for frames, from the first attempt that finds none to the last.
#pragma once

#include "mm/page_daemon.h"

namespace mobius::mm {

class Patience {
 public:
  explicit Patience(MemoryManager& manager) : manager_(manager) {}
  Patience(const Patience&) = delete;

  // An attempt has found no frame, or none where it must be: sleeps until another may find one, a
  // promised one if it has that claim. False: nothing can be evicted, or it has been in vain too
  // often. Who asks a few times in a row starves: others give way meanwhile (PageDaemon::throttle).
  bool wait_for_frames(Claim claim = Claim::Unpromised) EXCLUDES(memory_lock);

 private:
  // How often one request waits for frames before it is given up: others may take them first, or
  // they may not be where they are needed (a page table must be in the direct map).
  static constexpr unsigned kMost = 64;
  static constexpr unsigned kStarving = 3;
  MemoryManager& manager_;
  unsigned waits_ = 0;
};

// Makes `attempt`, a function that returns a Result, and again when it has found no frame and pages
// have been evicted. Of several steps each should wait by itself, and keep what it got meanwhile:
// others take frames all the time. Requires: an attempt that fails has changed nothing. Fails: as
// the last attempt; OutOfFrames only where patience has ended. A promise that is refused is refused
// at once.
template <typename F>
auto with_frames(MemoryManager& manager, F&& attempt) EXCLUDES(memory_lock) {
  Patience patience(manager);
  for (;;) {
    const uint32_t refusals = manager.refused_promises();  // others' come while this one waits
    auto outcome = attempt();
    const bool starves = !outcome && outcome.error() == Error::OutOfFrames;
    if (!starves || manager.refused_promises() != refusals) return outcome;
    if (!patience.wait_for_frames()) return outcome;
  }
}

}  // namespace mobius::mm
