// Eviction: how pages leave their frames, a batch at a time.
//
// Of the pages that the replacement policy offers, those that can be had again go at once (code,
// whose file has it; a page whose copy in its swap slot is up to date; one full of zeros). The
// others are written to swap slots first, in virtual order:
//
//   pick ----> fold dirty bits ----> clear them, flush ----> write ----> look again ----> evict
//                 (1st look)          (marks: Writing)                  (2nd look: dirty or used?
//                                                                        then it stays, R15)
//
// A page stays mapped while it is written. If it is dirty again after that, what was written is
// void.
#pragma once

#include <array>

#include "mm/residency.h"
#include "mm/swap_pager.h"

namespace mobius::mm {

// What evicting a page must bring: a free frame, one in the direct map, or one that is not owed to
// a promise at once.
enum class Gain : uint8_t { Frames, Direct, Books };
// Whether images go below the frames that are kept for them.
enum class Images : uint8_t { Keep, Take };

struct EvictionAim {
  Gain gain;
  Images images;
};

struct EvictionResult {
  uint32_t evicted = 0, picked = 0;
  uint32_t stuck = 0;      // of those picked: they are not picked again
  uint32_t newcomers = 0;  // of those picked: they stay until they are used, or others come
};

class Eviction {
 public:
  static constexpr uint32_t kBatch = 32;

  Eviction(MemoryManager& manager, Residency& residency, SwapPager& swap)
      : manager_(manager), residency_(residency), swap_(swap) {}
  Eviction(const Eviction&) = delete;

  // Picks up to kBatch pages and evicts what can go. Sleeps while pages are written.
  EvictionResult evict_batch(EvictionAim aim) EXCLUDES(memory_lock);
  // Evicts up to kBatch pages that can go without being written, and looks at every page for it:
  // for where the policy has offered nothing else.
  EvictionResult evict_clean(EvictionAim aim) EXCLUDES(memory_lock);

 private:
  enum class Fate : uint8_t { Evicted, ToWrite, Stays };
  struct Batch;

  void pick_batch(Batch& batch) REQUIRES(memory_lock);
  bool gains(Gain gain, FrameRecord& record) REQUIRES(memory_lock);
  bool is_kept_image(FrameRecord& record, Images images) REQUIRES(memory_lock);
  Fate dispose_of(FrameRecord& record, EvictionAim aim, EvictionResult& result)
      REQUIRES(memory_lock);
  bool needs_writing(FrameRecord& record, PageSlot& slot) REQUIRES(memory_lock);
  void assign_slots(Batch& batch) REQUIRES(memory_lock);
  void begin_write(FrameRecord& record, SwapSlot to) REQUIRES(memory_lock);
  void write_runs(Batch& batch) EXCLUDES(memory_lock);
  void finish_write(Batch& batch, uint32_t entry) REQUIRES(memory_lock);
  void evict(FrameRecord& record, PageSlot& slot) REQUIRES(memory_lock);
  uint32_t drop_copies(uint32_t most) REQUIRES(memory_lock);
  PageSlot& slot_of(FrameRecord& record) REQUIRES(memory_lock);

  MemoryManager& manager_;
  Residency& residency_;
  SwapPager& swap_;
};

}  // namespace mobius::mm
