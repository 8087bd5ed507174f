// Eviction: how pages leave their frames, a batch at a time.
//
// Of the pages that the replacement policy offers, those that can be had again go at once (code,
// whose file has it; a page whose copy in its swap slot is up to date; one full of zeros). The
// others are written first, where their pagers find places for them, in virtual order:
//
//   pick ----> fold dirty bits ----> clear them, flush ----> write ----> look again ----> evict
//                 (1st look)          (marks: Writing)                  (2nd look: dirty or used?
//                                                                        then it stays, R15)
//
// A page stays mapped while it is written. If it is dirty again after that, what was written is
// void.
#pragma once

#include <array>

#include "mm/objects/residency.h"

namespace mobius::mm {

// What evicting a page must bring: a free frame, one in the direct map, or one that is not owed to
// a promise at once.
enum class Gain : uint8_t { Frames, Direct, Ledger };
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

  Eviction(MemoryManager& manager, Residency& residency)
      : manager_(manager), residency_(residency) {}
  Eviction(const Eviction&) = delete;

  // Picks up to kBatch pages and evicts what can go. Sleeps while pages are written.
  EvictionResult evict_batch(EvictionAim aim) EXCLUDES(memory_lock);
  // Evicts up to kBatch pages that need no swap slot for it, and looks at every page: for where the
  // policy has offered nothing else, or no slot is left.
  EvictionResult evict_without_slots(EvictionAim aim) EXCLUDES(memory_lock);

 private:
  enum class Chosen : uint8_t { Evicted, ToWrite, Stays, Locked };
  struct Batch;

  void pick_batch(Batch& batch) REQUIRES(memory_lock);
  void pick_without_slots(Batch& batch) REQUIRES(memory_lock);
  bool gains(EvictionAim aim, FrameRecord& record) REQUIRES(memory_lock);
  Chosen choose(FrameRecord& record, Batch& batch) REQUIRES(memory_lock);
  void fold_dirty(FrameRecord& record, PageSlot& slot) REQUIRES(memory_lock);
  void assign_places(Batch& batch) REQUIRES(memory_lock);
  void begin_write(PageWrite& page) REQUIRES(memory_lock);
  EvictionResult write_batch(Batch& batch) EXCLUDES(memory_lock);
  Result<void> write_run(std::span<PageWrite> run) EXCLUDES(memory_lock);
  Result<void> write(std::span<const PageWrite> run) EXCLUDES(memory_lock);
  void finish_write(const PageWrite& page, EvictionResult& result) REQUIRES(memory_lock);
  void evict(FrameRecord& record, PageSlot& slot) REQUIRES(memory_lock);
  PageSlot& slot_of(FrameRecord& record) REQUIRES(memory_lock);

  MemoryManager& manager_;
  Residency& residency_;
};

}  // namespace mobius::mm
