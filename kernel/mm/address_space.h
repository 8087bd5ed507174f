// AddressSpace: one process's user memory: its regions and its translation map.
//
// The regions and the slots of their objects are the truth; the map is a cache of it. The calls
// programs make are in mm/vmm.h, faults in mm/fault.h; what is here serves those two, the loader
// and the process layer.
#pragma once

#include <array>

#include "mm/image_object.h"
#include "mm/ports/translation_map.h"
#include "mm/region.h"

namespace mobius::mm {

inline constexpr size_t kMaxRegions = 65536;  // S1: of one address space
inline constexpr PageCount kMinStackPages = 256;  // D4: 1 MiB

class AddressSpace : public Link<AllSpaces> {
 public:
  // `map` belongs to the caller and outlives the space. Fails: OutOfFrames.
  static Result<KernelHeap::Owned<AddressSpace>> create(MemoryManager& manager,
                                                        TranslationMap& map);
  AddressSpace(MemoryManager& manager, TranslationMap& map);
  ~AddressSpace() { clear(); }

  // Frees every region and whatever only this space kept alive. The map is empty then.
  // Locks: takes the memory lock.
  void clear();

  // A stack of at least `bytes` (and at least 1 MiB), as high as it fits; its lowest page is the
  // guard. Returns the whole region. Fails: OutOfAddressSpace, OutOfFrames, LimitReached.
  Result<VirtRange> map_stack(uint32_t bytes) EXCLUDES(manager_.lock);
  // Requires: `stack` came from map_stack and is still mapped.
  void unmap_stack(VirtRange stack) EXCLUDES(manager_.lock);

  // The whole image at its base, each section with its rights, gaps without. The space takes
  // references of its own. Fails: OutOfAddressSpace (range taken), OutOfFrames, LimitReached.
  Result<void> map_image(ImageObject& image) EXCLUDES(manager_.lock);

  MemoryManager& manager() const { return manager_; }
  TranslationMap& map() const { return map_; }
  size_t region_count() const { return regions_.size(); }
  uint32_t resident_pages() const;  // frames only this space's own objects hold
  uint32_t locked_pages() const;    // by VmmLock

  // Load control: while it is suspended, threads that need a page which is not there wait.
  void suspend() { suspended_ = true; }
  void resume() {
    suspended_ = false;
    manager_.waiting.wake(this);
  }
  bool suspended() const { return suspended_; }
  // Faults that waited for a page since this was last asked.
  void count_major_fault() { ++major_faults_; }
  uint32_t take_major_faults() { return std::exchange(major_faults_, 0); }

  // ---- for mm's own files; Locks: the memory lock ----
  Region* find(VirtAddr a) const { return static_cast<Region*>(regions_.find(a)); }
  Region* next(Region& r) const { return static_cast<Region*>(regions_.next(r)); }
  Region* previous(Region& r) const { return static_cast<Region*>(regions_.previous(r)); }
  RegionSet& regions() { return regions_; }
  const RegionSet& regions() const { return regions_; }

  using NewRegion = KernelHeap::Owned<Region>;
  // A region not in the set yet. Fails: OutOfFrames, LimitReached.
  Result<NewRegion> make_region();
  Region& insert(NewRegion region, VirtRange range);
  // Takes it out and gives it back with its object reference. Requires: nothing mapped there.
  void erase(Region& region);
  // Cuts `region` in two at `at`; the upper part becomes `upper`. Cannot fail.
  void split(Region& region, VirtAddr at, NewRegion upper);
  // Merges `region` with its next neighbour where the two are one by all but the cut.
  void merge_with_next(Region& region);
  // unmap_range, with the dirty bits folded into the slots of `region`. Requires: range in region.
  void unmap_folding(Region& region, VirtRange range);

  void note_freed(VirtRange range) {
    freed_[freed_next_++ % freed_.size()] = range;
  }
  bool recently_freed(VirtAddr a) const;

 private:
  MemoryManager& manager_;
  TranslationMap& map_;
  RegionSet regions_;
  std::array<VirtRange, 32> freed_{};  // the last freed blocks, for the words of a report
  uint32_t freed_next_ = 0;
  uint32_t major_faults_ = 0;
  bool suspended_ = false;
};

}  // namespace mobius::mm
