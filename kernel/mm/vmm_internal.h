// What the vmm_*.cpp files share: turning a program's arguments into ranges and blocks.
#pragma once

#include "mm/patience.h"
#include "mm/steps.h"
#include "mm/vmm.h"

namespace mobius::mm {

// The rights that VM_MEM_* flags ask for; `others`: the flags beside rights that the call knows.
// Fails: BadArgument (any other bit).
Result<Access> access_from(uint32_t flags, uint32_t others);

// [base rounded down, + pages) where it is inside the user range. Fails: BadArgument.
Result<VirtRange> user_range(VirtAddr base, PageCount pages);

// A block's regions, first to last, and the range they cover.
struct Block {
  Region* first;
  Region* last;
  VirtRange range;
};

// The block (of any kind but Reserved) that `address` is in; null where there is none, or one that
// another thread is just moving away.
std::optional<Block> find_block(AddressSpace& space, VirtAddr address) REQUIRES(memory_lock);

// Whether it has so many pages or regions that work on all of them is done in steps.
inline bool is_long(const Block& block) REQUIRES(memory_lock) {
  if (block.first != block.last) return true;
  return block.range.size_pages() > kLongWork && !block.first->object.get()->slots().untouched();
}

// The block that `range` is wholly inside of. Fails: BadArgument.
Result<Block> block_around(AddressSpace& space, VirtRange range) REQUIRES(memory_lock);

// The range for a new block or reservation: `wanted` where free, else the nearest that fits.
// `wanted` null: the kernel's choice. Fails: OutOfAddressSpace.
Result<VirtRange> choose_range(AddressSpace& space, PageCount pages, VirtAddr wanted)
    REQUIRES(memory_lock);

// The part of a reservation that a freed block was becomes reserved again, one region with the
// unused neighbours. `region` covers it, with nothing mapped.
void return_to_reservation(AddressSpace& space, Region& region) REQUIRES(memory_lock);

// A block on its way to another place: its regions go one by one, the last one first, in steps
// between which others run. The pages stay where they are. Nobody else finds the block meanwhile at
// its old place, and nobody knows the new one yet. There the region that came last covers the pages
// in front of its own, too, so that nobody else takes their place.
class Moving {
 public:
  // `target` is free; what it has more goes to the last region. `left_behind`: for a block of a
  // reservation, what takes its old place in that. The caller gives the object its new size.
  Moving(AddressSpace& space, const Block& block, VirtRange target,
         AddressSpace::NewRegion left_behind) REQUIRES(memory_lock)
      : space_(space),
        object_(*block.first->object.get()),
        from_(block.range),
        to_(target),
        first_page_(block.first->first_page),
        reservation_(block.first->reservation),
        left_behind_(std::move(left_behind)),
        cursor_(block.range.end) {}

  // True where another step is needed.
  bool step() REQUIRES(memory_lock);

 private:
  VirtAddr place_of(VirtAddr old) const { return to_.begin + (old - from_.begin); }
  bool uncover() REQUIRES(memory_lock);
  void move(Region& region) REQUIRES(memory_lock);
  void leave_behind(VirtRange range) REQUIRES(memory_lock);

  AddressSpace& space_;
  VmObject& object_;  // lives as long as the block
  const VirtRange from_, to_;
  const PageIndex first_page_;  // of the block
  const VirtAddr reservation_;
  AddressSpace::NewRegion left_behind_;
  VirtAddr cursor_;  // what lies before it is still at its old place
};

// VM_MEM_GUARANTEED, for the pages from `had` on: whatever they will need is there, or promised to
// the process. Nothing is promised where it fails: OutOfFrames, LimitReached (S1: more than 3/4 of
// what could be promised at all to this one).
Result<void> promise_pages(AddressSpace& space, VmObject& object, PageCount had, PageCount pages)
    REQUIRES(memory_lock);

}  // namespace mobius::mm
