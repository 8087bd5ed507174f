// Long work on the pages of one address space, in steps between which others run.
//
// A call that has much to do does it here first, page by page, so that what it then does under one
// lock finds little left. Each step takes the memory lock anew and looks everything up again; it
// leaves nothing half done. Steps go from the last page to the first.
#pragma once

#include "mm/address_space.h"

namespace mobius::mm {

// What a step has done when it ends: so many pages looked at, where a region counts as some.
// Freeing a page is the dearest, at about 160 instructions.
class StepWork {
 public:
  bool done() const { return work_ >= kMost; }
  void region(PageCount pages) {
    work_ += kRegion + (pages < SlotTable::kLeafSlots ? pages : SlotTable::kLeafSlots);
  }

 private:
  static constexpr uint32_t kMost = 1024, kRegion = 16;
  uint32_t work_ = 0;
};

// From so many pages on it is worth while to work in steps.
inline constexpr PageCount kLongWork = SlotTable::kLeafSlots;

// A reference to an object that is worked on in steps, so that no other object takes its address.
class KeptObject {
 public:
  KeptObject() = default;
  KeptObject(const KeptObject&) = delete;
  ~KeptObject() EXCLUDES(memory_lock) {
    if (object_ == nullptr) return;
    LockGuard guard(object_->manager().lock);
    object_->drop_reference();
  }
  void keep(VmObject& object) REQUIRES(memory_lock) {
    object.add_reference();
    object_ = &object;
  }
  VmObject* get() const { return object_; }

 private:
  VmObject* object_ = nullptr;
};

// What becomes of a region whose pages have all gone: it stays, or the one before it in its block
// takes its place, so that whoever frees the block finds one region.
enum class Parts : uint8_t { Keep, Join };

// The part of a region in front of `cursor` that is one step's work, not below `floor`.
VirtRange part_before(Region& region, VirtAddr cursor, VirtAddr floor) REQUIRES(memory_lock);

// Empties the pages of the range; of one that is on its way in it waits for the end of that. Ends
// early where the range does not show the object any more: somebody has freed or moved the block.
// Requires: the caller has a reference to the object; Join: the range reaches the block's end.
void empty_in_steps(AddressSpace& space, VmObject& object, VirtRange range, Parts parts)
    EXCLUDES(memory_lock);

// Takes the translations of the range away, which nobody notices but by minor faults.
void unmap_in_steps(AddressSpace& space, VirtRange range) EXCLUDES(memory_lock);

}  // namespace mobius::mm
