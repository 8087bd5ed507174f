// Residency: which pages are in frames, and which of them may go next.
//
// From the first time that memory is short (before, pages are not even listed) Residency hears of
// every page that comes into a frame, or leaves it. The replacement policy puts the pages in order,
// with three exceptions: a locked page leaves the policy when an eviction meets it; a page that
// could not be written is left alone (Stuck); a page that has just come in by a fault stays until
// it has been used.
#pragma once

#include "mm/objects/newcomers.h"
#include "mm/objects/page_use.h"
#include "mm/objects/vm_object.h"
#include "mm/replacement/policy.h"

namespace mobius::mm {

inline VmObject* object_of(const FrameRecord& record) {
  return static_cast<VmObject*>(record.owner);
}

// Calls f(FrameRecord&, PageSlot&) for every resident page of the object, ascending.
template <typename F>
void for_each_resident(VmObject& object, F&& f) REQUIRES(memory_lock) {
  object.slots().for_each(0, object.pages(), [&](PageIndex, PageSlot& slot) REQUIRES(memory_lock) {
    if (slot.in_frame()) f(object.manager().frames.record(slot.frame()), slot);
  });
}

struct PagesThatCame {
  uint32_t frames = 0, direct = 0;  // all; those in the direct map
};

class Residency final : private Sampler {
 public:
  Residency(MemoryManager& manager, ReplacementPolicy& policy, PageUse& use)
      : manager_(manager), policy_(policy), use_(use) {}
  Residency(const Residency&) = delete;

  // Locks: the memory lock, for all below.
  std::string_view policy_name() const REQUIRES(memory_lock) { return policy_.name(); }

  // ---- for objects, the swap pager and faults ----
  // A page has come in by a fault of its own, or with another one. No-op until pages are tracked.
  void faulted_in(FrameRecord& record, Shadow shadow) REQUIRES(memory_lock);
  void was_read_ahead(FrameRecord& record, Shadow shadow) REQUIRES(memory_lock);
  // Time passes: one fault, or one that reading ahead has saved. Requires: pages are tracked.
  void age() REQUIRES(memory_lock);
  // The page is freed.
  void left(FrameRecord& record) REQUIRES(memory_lock);
  // No locked region shows the page any more: it loses Locked and may be evicted again.
  void unlock(FrameRecord& record) REQUIRES(memory_lock);

  // ---- for the eviction of pages ----
  // From here on came() counts anew; pages are tracked.
  void begin_picking() REQUIRES(memory_lock);
  // The page to evict next; null: there is none. It is the caller's until one of the next three.
  FrameRecord* pick() REQUIRES(memory_lock);
  // The picked page stays, and is not picked again until unlock().
  void set_aside_locked(FrameRecord& record) REQUIRES(memory_lock);
  // It stays; a page that could not be written is Stuck from now on.
  void put_back(FrameRecord& record, ReplacementPolicy::Stays why) REQUIRES(memory_lock);
  Shadow evicted(FrameRecord& record) REQUIRES(memory_lock);
  // Pages that are Stuck may go again. Returns how many there were.
  uint32_t forgive_failures() REQUIRES(memory_lock);
  // Whether the page has been used since that was last asked. flush() before the lock is let go.
  bool was_used(FrameRecord& record) REQUIRES(memory_lock) { return test_and_clear(record); }
  void flush() REQUIRES(memory_lock) { use_.flush(); }
  // Whether the page came in by one of the last faults and has not been used since (newcomers.h).
  bool is_unused_newcomer(FrameRecord& record) REQUIRES(memory_lock);

  uint32_t pages() const REQUIRES(memory_lock) { return policy_.size(); }
  // Pages that came in since begin_picking(); they can go.
  PagesThatCame came() const REQUIRES(memory_lock) { return came_; }

 private:
  bool test_and_clear(PolicyPage& page) override REQUIRES(memory_lock);
  void start_tracking() REQUIRES(memory_lock);
  void note_came(FrameRecord& record) REQUIRES(memory_lock);

  MemoryManager& manager_;
  ReplacementPolicy& policy_ GUARDED_BY(memory_lock);
  PageUse& use_ GUARDED_BY(memory_lock);
  Newcomers newcomers_ GUARDED_BY(memory_lock);
  PagesThatCame came_ GUARDED_BY(memory_lock);
};

}  // namespace mobius::mm
