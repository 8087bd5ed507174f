// PageDaemon: when pages are evicted, and who waits for it.
//
// One kernel thread works in rounds. A round evicts until a batch more frames than the low
// watermark are free, or until it is certain that nothing can go.
//
//              few frames are free,                       the thread
//              or somebody waits for one                  begins
//     Idle --------------------------------> Asked ------------------> Running <--+
//       ^                                      ^                       |     |    | the thread
//       |  the round ends                      |  the round ends       |     |    | begins
//       +--------------------------------------|-----------------------+     |    |
//                                              +--------- RunningAsked <-----+    |
//                                                                    asked again  |
//
// How the last round ended says if waiting for another makes sense: Useful or Fruitless. After a
// Fruitless one only somebody who really waits for a frame asks for the next.
#pragma once

#include "mm/eviction.h"

namespace mobius::mm {

// What those who wait need the next round to bring about.
struct FrameDemand {
  uint32_t frames = 0, direct = 0;  // that many free: of all, and in the direct map
  Images images = Images::Keep;
};

class PageDaemon final : public LowMemory {
 public:
  PageDaemon(MemoryManager& manager, Residency& residency, Eviction& eviction, SwapPager& swap)
      : manager_(manager), residency_(residency), eviction_(eviction), swap_(swap) {}
  PageDaemon(const PageDaemon&) = delete;

  // From now on memory is watched: fewer than `low` free frames above the floor ask for a round.
  // Requires: low is not 0; it is called once, before the first round or wait.
  void start(uint32_t low);
  // The thread's life.
  [[noreturn]] void run() EXCLUDES(memory_lock);
  // One round, where there is no thread to do it.
  void run_round() EXCLUDES(memory_lock);
  bool wanted() const { return state_ == Round::Asked || state_ == Round::RunningAsked; }

  // For a request that has found no frame, or none where it must be. Sleeps until pages have been
  // evicted, or a whole round has found none that can go. False: another attempt would not find a
  // frame for that claim. For a promised page those that could not be written are tried again.
  bool wait_for_frames(Claim claim = Claim::Unpromised) EXCLUDES(memory_lock);
  // Sleeps until a read or write that is in flight has ended, whose page can go. False: there is
  // none.
  bool wait_for_transfer() EXCLUDES(memory_lock);
  // Pages that could not be written may go again. False: there are none, or no slots.
  bool retry_stuck_pages() EXCLUDES(memory_lock);

  // While one exists, a request starves: it waits for frames that others take before it.
  class Starved {
   public:
    explicit Starved(MemoryManager& manager) EXCLUDES(memory_lock);
    Starved(const Starved&) = delete;
    ~Starved() EXCLUDES(memory_lock);

   private:
    MemoryManager& manager_;
  };
  // For a thread that needs a page while a request starves: sleeps for a few batches. Not for as
  // long as it takes, because the one that starves may wait for the processor, or for this thread.
  void throttle() EXCLUDES(memory_lock);

  // LowMemory.
  void frames_are_low() override;

 private:
  enum class Round : uint8_t { Idle, Asked, Running, RunningAsked };
  enum class RoundEnd : uint8_t { Useful, Fruitless };
  enum class Lack : uint8_t { Frames, Direct, Run };  // any, one in the direct map, some in a row

  void ask();
  bool is_running() const { return state_ == Round::Running || state_ == Round::RunningAsked; }
  RoundEnd evict_until(const FrameDemand& demand) EXCLUDES(memory_lock);
  bool goes_on(const EvictionResult& result, uint32_t& fruitless_picks) EXCLUDES(memory_lock);
  void note(const EvictionResult& result);
  bool enough_are_free(Claim claim, const FrameDemand& demand);
  Gain gain_wanted(const FrameDemand& demand);
  bool note_slots() EXCLUDES(memory_lock);
  uint32_t reads_in_flight() EXCLUDES(memory_lock);
  bool anybody_starves() EXCLUDES(memory_lock);
  Lack lack_of(Claim claim);
  void wait_for_batch() EXCLUDES(memory_lock);
  bool there_is_more_for(Lack lack) EXCLUDES(memory_lock);
  bool swap_stays_on() EXCLUDES(memory_lock);

  MemoryManager& manager_;
  Residency& residency_;
  Eviction& eviction_;
  SwapPager& swap_;
  uint32_t low_ = 0;  // set by start()
  // No lock for these: the thread and those who wait for it test them and then wait, with nothing
  // in between that could run another thread (ports/waiting.h).
  Round state_ = Round::Idle;
  RoundEnd last_ = RoundEnd::Useful;
  FrameDemand demand_;         // of the next round
  uint32_t newcomers_ = 0;     // that this round has left where they are
  uint32_t rounds_ = 0;        // that have ended
  uint64_t evicted_ = 0;       // pages
  // Since the last batch was picked: how many slots there were then.
  uint32_t slots_left_ GUARDED_BY(memory_lock) = 0;
};

}  // namespace mobius::mm
