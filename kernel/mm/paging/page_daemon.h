// PageDaemon: when pages are evicted, and who waits for it.
//
// One kernel thread works in rounds, between two watermarks of free frames (frame_admission.h):
// with fewer than `low` a round begins; it evicts until `high` are free, or until it is certain
// that nothing can go.
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

#include "mm/paging/eviction.h"

namespace mobius::mm {

// What those who wait need the next round to bring about.
struct FrameDemand {
  uint32_t frames = 0, direct = 0;  // that many free: of all, and in the direct map
  Images images = Images::Keep;
};

enum class RoundEnd : uint8_t { Useful, Fruitless };

enum class Reads : uint8_t { None, Ended };
enum class SlotsLeft : uint8_t { None, Some };

class PageDaemon final : public LowMemory {
 public:
  PageDaemon(MemoryManager& manager, Eviction& eviction)
      : manager_(manager), eviction_(eviction) {}
  PageDaemon(const PageDaemon&) = delete;

  // From now on memory is watched. The low watermark is `low` frames above FrameAdmission::min(),
  // the high one another `low` above that, or a batch if that is less.
  // Requires: low is not 0; it is called once, before the first round or wait.
  void start(uint32_t low);
  uint32_t low() const { return low_; }
  // The thread's life.
  [[noreturn]] void run() EXCLUDES(memory_lock);
  // One round, where there is no thread to do it.
  void run_round() EXCLUDES(memory_lock);
  bool wanted() const { return state_ == Round::Asked || state_ == Round::RunningAsked; }

  // ---- for those who wait (frame_wait.h) ----
  FrameDemand& demand() { return demand_; }  // of the next round
  // Asks for a round, and sleeps until pages have been evicted (Useful) or a whole round that began
  // after this has ended: says how.
  RoundEnd wait_for_batch() EXCLUDES(memory_lock);
  // Pages can go that could not before: the last round's end says nothing any more.
  void more_can_go() { last_ = RoundEnd::Useful; }
  // Whether there are more slots for pages than when the last batch was picked.
  bool slots_came() const REQUIRES(memory_lock);

  // LowMemory.
  void frames_are_low() override;

 private:
  enum class Round : uint8_t { Idle, Asked, Running, RunningAsked };
  struct Tally;

  // Asks for a round. Returns how many must end until one has that begins after this.
  uint32_t ask();
  Tally evict_until(const FrameDemand& demand) EXCLUDES(memory_lock);
  void note(const EvictionResult& result, Tally& tally);
  Gain gain_wanted(const FrameDemand& demand);
  SlotsLeft note_slots() EXCLUDES(memory_lock);
  bool all_have_stayed(uint32_t picks) EXCLUDES(memory_lock);
  // Sleeps until a read has ended. None: there is none under way.
  Reads wait_for_read() EXCLUDES(memory_lock);

  MemoryManager& manager_;
  Eviction& eviction_;
  uint32_t low_ = 0, high_ = 0;  // set by start(); they count from what must stay free
  // No lock for these: the frame allocator's callers ask for a round with the memory lock or
  // without. The thread and those who wait for it test them and then wait, with nothing in between
  // that could run another thread (wait_unguarded in mm/words/waiting.h).
  Round state_ = Round::Idle;
  RoundEnd last_ = RoundEnd::Useful;
  FrameDemand demand_;
  uint32_t rounds_ = 0;   // that have ended
  uint64_t evicted_ = 0;  // pages
  uint32_t slots_left_ GUARDED_BY(memory_lock) = 0;
};

}  // namespace mobius::mm
