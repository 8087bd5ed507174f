// PageOut: what happens when memory is short.
//
// One kernel thread, the page daemon, runs in rounds. It is woken when fewer than the low watermark
// of frames are free, and evicts until a batch more are: asks the replacement policy for victims,
// discards the clean ones (they can be had again from their file or swap slot), writes the dirty
// ones out in batches, in virtual order, and gives up what nobody has used meanwhile. Whoever needs
// a frame and finds none waits for it here. Nothing is evicted, and pages are not even listed,
// before memory has been short for the first time.
//
// A page stays mapped while it is written. Its dirty bits are folded, cleared and flushed before,
// and looked at again after: if one is set, what has been written is void and the page stays (R15).
#pragma once

#include <array>

#include "mm/replacement/policy.h"
#include "mm/swap_pager.h"

namespace mobius::mm {

class PageOut final : public LowMemory, private Sampler {
 public:
  static constexpr uint32_t kBatch = 32;
  static constexpr uint32_t kAgeBudget = 16;

  PageOut(MemoryManager& manager, ReplacementPolicy& policy, SwapPager& swap);
  PageOut(const PageOut&) = delete;

  // From now on memory is watched. Fewer than `low` free frames above the floor wake the daemon.
  // Requires: low is not 0; it is called once, before the first round or wait.
  void start(uint32_t low);
  // The page daemon's life.
  [[noreturn]] void run() EXCLUDES(memory_lock);
  // One round of it, where there is no thread to do it.
  void run_round() EXCLUDES(memory_lock);
  bool wanted() const { return wanted_; }  // the daemon has something to do

  // For whoever has found no frame, or none where it must be. Sleeps until some have been evicted
  // or it is certain that none can be: false then, unless there are more for requests of that claim
  // all the same. For a promised page those that could not be written are tried again before.
  bool wait_for_frames(Claim claim = Claim::Unpromised) EXCLUDES(memory_lock);

  // For whoever runs out of patience (patience.h): sleeps until a read or write that is under way
  // has ended, whose page can go. False: there is none.
  bool wait_for_transfer() EXCLUDES(memory_lock);
  // Pages that could not be written are victims again. False: there are none, or no slots.
  bool try_stuck_pages_again() EXCLUDES(memory_lock);
  // One more or one less waits for frames that others take before it.
  void somebody_starves(int more) EXCLUDES(memory_lock);
  // For whoever needs a page while somebody starves: sleeps for a few batches. Not for as long as
  // it takes, for who starves may wait for the processor, or for us.
  void give_way() EXCLUDES(memory_lock);

  // LowMemory.
  void frames_are_low() override;

  SwapPager& swap() { return swap_; }
  const SwapPager& swap() const { return swap_; }

  // ---- Locks: the memory lock, for all below ----
  ReplacementPolicy& policy() REQUIRES(memory_lock) { return policy_; }
  // A page has come in by a fault of its own, or with another one. No-op until pages are tracked.
  void faulted_in(FrameRecord& record, Shadow shadow) REQUIRES(memory_lock);
  void was_read_ahead(FrameRecord& record, Shadow shadow) REQUIRES(memory_lock);
  // Time passes: one fault, or one that reading ahead has saved. Requires: pages are tracked.
  void age() REQUIRES(memory_lock);
  // The page is being freed: true where its frame can be, at once; otherwise the writer does it.
  bool forget(FrameRecord& record) REQUIRES(memory_lock);
  // The page of an object is never evicted, or may be again.
  void lock(FrameRecord& record) REQUIRES(memory_lock);
  void unlock(FrameRecord& record) REQUIRES(memory_lock);
  uint32_t locked_pages() const REQUIRES(memory_lock) { return locked_; }

 private:
  enum class Fate : uint8_t { Evicted, ToWrite, Stays };
  // What a page that goes must bring: a free frame, one in the direct map, or one that is not owed
  // to a promise at once.
  enum class Gain : uint8_t { Frames, Direct, Books };
  // How many frames are to be free, of all and in the direct map.
  struct Asked {
    uint32_t frames = 0, direct = 0;
  };
  enum class Lack : uint8_t { Frames, Direct, Run };  // any, one in the direct map, some in a row
  struct Batch;
  struct Outcome {
    uint32_t evicted, picked, stuck;  // stuck: of those picked; they are not picked again
  };

  bool test_and_clear(PolicyPage& page) override REQUIRES(memory_lock);
  void start_tracking() REQUIRES(memory_lock);
  bool evict_some(Gain gain, uint32_t& in_vain) EXCLUDES(memory_lock);
  Outcome evict_batch(Gain gain) EXCLUDES(memory_lock);
  uint32_t listed_pages() EXCLUDES(memory_lock);
  bool note_slots() EXCLUDES(memory_lock);
  void tell_evicted(uint32_t pages);
  uint32_t reads_under_way() EXCLUDES(memory_lock);
  bool enough_are_free(Claim claim, Asked asked);
  Gain gain_wanted(Asked asked);
  Lack lack_of(Claim claim);
  uint32_t discard_whatever_can_go(Gain gain) EXCLUDES(memory_lock);
  void wait_for_batch() EXCLUDES(memory_lock);
  bool there_is_more_since(Lack lack) EXCLUDES(memory_lock);
  bool anybody_starves() EXCLUDES(memory_lock);
  bool swap_stays_on() EXCLUDES(memory_lock);
  void begin_picking() REQUIRES(memory_lock);
  void pick_batch(Batch& batch, Gain gain) REQUIRES(memory_lock);
  bool gains(Gain gain, FrameRecord& record) REQUIRES(memory_lock);
  void note_came(FrameRecord& record) REQUIRES(memory_lock);
  bool is_kept_image(FrameRecord& record) REQUIRES(memory_lock);
  Fate dispose_of(FrameRecord& record) REQUIRES(memory_lock);
  bool needs_writing(FrameRecord& record, PageSlot& slot) REQUIRES(memory_lock);
  void assign_slots(Batch& batch) REQUIRES(memory_lock);
  void begin_write(FrameRecord& record, SwapSlot to) REQUIRES(memory_lock);
  void write_runs(Batch& batch) EXCLUDES(memory_lock);
  void finish_write(Batch& batch, uint32_t entry) REQUIRES(memory_lock);
  void evict(FrameRecord& record, PageSlot& slot) REQUIRES(memory_lock);
  void keep(FrameRecord& record, ReplacementPolicy::Kept why) REQUIRES(memory_lock);
  void drop_slot(FrameRecord& record) REQUIRES(memory_lock);
  uint32_t drop_kept_slots(uint32_t most) REQUIRES(memory_lock);
  PageSlot& slot_of(FrameRecord& record) REQUIRES(memory_lock);
  void flush_cleared() REQUIRES(memory_lock);
  bool is_unused_newcomer(FrameRecord& record) REQUIRES(memory_lock);
  void count_locked(FrameRecord& record, int pages) REQUIRES(memory_lock);

  MemoryManager& manager_;
  ReplacementPolicy& policy_ GUARDED_BY(memory_lock);
  SwapPager& swap_;
  uint32_t low_ = 0;  // set by start()
  std::array<FrameRecord*, 16> newcomers_ GUARDED_BY(memory_lock){};  // by the last faults
  uint32_t newcomer_ GUARDED_BY(memory_lock) = 0;
  // Since the last batch was picked: pages that came and can go. How many slots there were then.
  Asked came_ GUARDED_BY(memory_lock);
  uint32_t slots_left_ GUARDED_BY(memory_lock) = 0;
  // No lock: the daemon and those who wait for it test these and then wait, with nothing in between
  // that could run another thread (ports/waiting.h).
  Asked asked_;             // the next round goes on until these are free
  bool images_asked_ = false;  // and takes of images also those that are kept
  bool images_go_ = false;  // this round does
  bool wanted_ = false;
  bool running_ = false;    // a round is
  bool newcomer_stayed_ = false;  // in this round
  bool fruitless_ = false;  // the last round ended with nothing to evict
  uint32_t rounds_ = 0;     // that have ended
  uint64_t evicted_ = 0;    // pages
  uint32_t locked_ GUARDED_BY(memory_lock) = 0;
  // Accessed bits were cleared there, and not flushed yet.
  AddressSpace* cleared_ GUARDED_BY(memory_lock) = nullptr;
};

}  // namespace mobius::mm
