// Regions: the regions of one address space: made, cut, joined and given back, and what is counted
// of them. Where they are is RegionSet's part (region_set.h).
#pragma once

#include "mm/objects/anonymous_object.h"
#include "mm/space/region.h"

namespace mobius::mm {

inline constexpr size_t kMaxRegions = 65536;  // S1: of one address space
// What the kernel keeps for a region: itself and an object.
inline constexpr uint32_t kRegionBytes = sizeof(Region) + sizeof(AnonymousObject);

class Regions {
 public:
  using New = KernelHeap::Owned<Region>;

  // Both outlive the Regions. The slots counted in `footprint` count with the regions.
  Regions(MemoryManager& manager, const Footprint& footprint)
      : manager_(manager), footprint_(footprint) {}
  Regions(const Regions&) = delete;

  // Locks: the memory lock, for all below.
  const RegionSet& set() const REQUIRES(memory_lock) { return set_; }
  Region* find(VirtAddr a) const REQUIRES(memory_lock) {
    return static_cast<Region*>(set_.find(a));
  }
  // The region that contains the address, else the first one above it; null if there is none.
  Region* first_at_or_after(VirtAddr a) const REQUIRES(memory_lock) {
    return static_cast<Region*>(set_.first_at_or_after(a));
  }
  // In address order; null where there is none.
  Region* next(const Region& r) const REQUIRES(memory_lock) {
    return static_cast<Region*>(set_.next(r));
  }
  Region* previous(const Region& r) const REQUIRES(memory_lock) {
    return static_cast<Region*>(set_.previous(r));
  }
  size_t count() const REQUIRES(memory_lock) { return set_.size(); }
  // Pages locked by VmmLock, in frames or to come.
  uint32_t locked_pages() const REQUIRES(memory_lock) { return locked_; }

  // What the kernel keeps for the space and cannot page out, page tables not counted.
  uint32_t kernel_bytes() const REQUIRES(memory_lock);
  // Whether the kernel may keep n more bytes for slots of the space's objects. Fails: LimitReached.
  Result<void> check_slots(uint32_t bytes) const REQUIRES(memory_lock);

  // A region not in the set yet. Fails: OutOfFrames, LimitReached (kMaxRegions, KernelShare).
  Result<New> make() REQUIRES(memory_lock);
  Region& insert(New region, VirtRange range) REQUIRES(memory_lock);
  // Takes it out and gives it back with its object reference. Requires: nothing mapped there.
  void erase(Region& region) REQUIRES(memory_lock);
  // RegionSet::resize.
  void resize(Region& region, VirtRange range) REQUIRES(memory_lock);
  // To a range that is free; its first page stays the same page of its object.
  void move(Region& region, VirtRange range) REQUIRES(memory_lock);
  // Pages that another region locks, too, stay locked; the caller lets the rest go
  // (let_go_of_locked() in reverse_map.h).
  void lock(Region& region, Locking to) REQUIRES(memory_lock);
  // Cuts `region` in two at `at`; the upper part becomes `upper`. Cannot fail.
  void split(Region& region, VirtAddr at, New upper) REQUIRES(memory_lock);
  // Merges `region` with its next neighbour where the two differ by the cut alone.
  void merge_with_next(Region& region) REQUIRES(memory_lock);
  // merge_with_next() for both neighbours.
  void merge(Region& region) REQUIRES(memory_lock);

 private:
  void count_locked(const Region& region, int pages) REQUIRES(memory_lock);
  // Whether the kernel may keep n more bytes for it, of m frames for all (KernelShare).
  bool fits(uint32_t bytes, uint32_t frames_of_all) const REQUIRES(memory_lock);
  [[gnu::noinline]] Result<void> check_region() const REQUIRES(memory_lock);

  MemoryManager& manager_;
  const Footprint& footprint_ GUARDED_BY(memory_lock);
  RegionSet set_ GUARDED_BY(memory_lock);
  uint32_t locked_ GUARDED_BY(memory_lock) = 0;
};

}  // namespace mobius::mm
