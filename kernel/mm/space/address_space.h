// AddressSpace: one process's user memory: its regions and its translation map.
//
// The regions and the slots of their objects are the truth; the map is a cache of it. The calls
// programs make are in calls/vmm.h, faults in fault/fault.h; what is here serves those two, the
// loader and the process layer.
#pragma once

#include "mm/objects/image_object.h"
#include "mm/space/fault_load.h"
#include "mm/ranges/freed_ranges.h"
#include "mm/space/regions.h"
#include "mm/space/translation_map.h"

namespace mobius::mm {

class LongCall;
class StepWork;

inline constexpr PageCount kMinStackPages = 256;  // D4: 1 MiB

class AddressSpace : public Link<AllSpaces> {
 public:
  // `map` belongs to the caller and outlives the space. Fails: OutOfFrames.
  static Result<KernelHeap::Owned<AddressSpace>> create(MemoryManager& manager,
                                                        TranslationMap& map);
  AddressSpace(MemoryManager& manager, TranslationMap& map);
  ~AddressSpace() EXCLUDES(memory_lock) { clear(); }

  // Frees every region and whatever only this space kept alive, in steps between which others run.
  // The map is empty then. Requires: no thread makes calls or faults in the space any more.
  void clear() EXCLUDES(memory_lock);

  // A stack of at least `bytes` (and at least 1 MiB), as high as it fits; its lowest page is the
  // guard. Returns the whole region. Fails: OutOfAddressSpace, OutOfFrames, LimitReached.
  Result<VirtRange> map_stack(uint32_t bytes) EXCLUDES(memory_lock);
  // Requires: `stack` came from map_stack and is still mapped.
  void unmap_stack(VirtRange stack) EXCLUDES(memory_lock);

  // The whole image at its base, each section with its rights, gaps without. The space takes
  // references of its own. Fails: OutOfAddressSpace (range taken), OutOfFrames, LimitReached.
  Result<void> map_image(ImageObject& image) EXCLUDES(memory_lock);

  MemoryManager& manager() const { return manager_; }

  // ---- Locks: the memory lock, for all below ----
  TranslationMap& map() const REQUIRES(memory_lock) { return map_; }
  // Promised to its blocks, given or not, page tables included.
  uint32_t promised_pages() const REQUIRES(memory_lock);

  // ---- for mm's own files ----
  Footprint footprint GUARDED_BY(memory_lock);
  FreedRanges freed GUARDED_BY(memory_lock);
  FaultLoad load GUARDED_BY(memory_lock);
  Regions regions GUARDED_BY(memory_lock);
  // A VmmLock is under way; its end wakes the threads that wait on this.
  bool locking GUARDED_BY(memory_lock) = false;
  // The call that is changing a block in steps (long_call.h); null: none.
  const LongCall* long_call GUARDED_BY(memory_lock) = nullptr;

  Region* find(VirtAddr a) const REQUIRES(memory_lock) { return regions.find(a); }
  // The slot of the page at `a`; null where the page has none yet, or no object is shown there.
  PageSlot* slot_at(VirtAddr a) const REQUIRES(memory_lock);
  // The slot of an object that the space shows, made if need be. Fails: OutOfFrames, LimitReached.
  [[gnu::always_inline]] Result<PageSlot*> slot_of(VmObject& object, PageIndex index)
      REQUIRES(memory_lock) {
    PageSlot* const slot = object.slots().find(index);
    if (slot != nullptr) [[likely]] return slot;
    return make_slot(object, index);
  }
  // unmap_range for regions from `first` on that go as a whole. Dirty bits are folded only where
  // the object stays for a while: for SwapOff, or for a thread that reads a page of it.
  void unmap_leaving(Region* first, VirtRange range) REQUIRES(memory_lock);
  // unmap_range for pages whose contents go at once.
  void unmap_unwanted(VirtRange range) REQUIRES(memory_lock);
  // unmap_range, with the dirty bits folded into the slots of `region`. Requires: range in region.
  void unmap_folding(Region& region, VirtRange range) REQUIRES(memory_lock);
  // The region ends, and others go on with its pages: unmap_folding, and none is locked by it.
  void stop_showing(Region& region) REQUIRES(memory_lock);

  // The last pages of a region go, one step's work of them, and with its first page the region
  // itself. Returns the end of the rest.
  VirtAddr clear_end_of(Region& region, StepWork& work) REQUIRES(memory_lock);

 private:
  Progress clear_some() EXCLUDES(memory_lock);
  Result<PageSlot*> make_slot(VmObject& object, PageIndex index) REQUIRES(memory_lock);

  MemoryManager& manager_;
  TranslationMap& map_ GUARDED_BY(memory_lock);
};

}  // namespace mobius::mm
