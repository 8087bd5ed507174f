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

// The block (of any kind but Reserved) that `address` is in; null where there is none.
std::optional<Block> find_block(AddressSpace& space, VirtAddr address) REQUIRES(memory_lock);

// The block that `range` is wholly inside of. Fails: BadArgument.
Result<Block> block_around(AddressSpace& space, VirtRange range) REQUIRES(memory_lock);

// The range for a new block or reservation: `wanted` where free, else the nearest that fits.
// `wanted` null: the kernel's choice. Fails: OutOfAddressSpace.
Result<VirtRange> choose_range(AddressSpace& space, PageCount pages, VirtAddr wanted)
    REQUIRES(memory_lock);

// The part of a reservation that a freed block was becomes reserved again, one region with the
// unused neighbours. `region` covers it, with nothing mapped.
void return_to_reservation(AddressSpace& space, Region& region) REQUIRES(memory_lock);

// VM_MEM_GUARANTEED, for the pages from `had` on: whatever they will need is there, or promised to
// the process. Nothing is promised where it fails: OutOfFrames, LimitReached (S1: more than 3/4 of
// what could be promised at all to this one).
Result<void> promise_pages(AddressSpace& space, VmObject& object, PageCount had, PageCount pages)
    REQUIRES(memory_lock);

}  // namespace mobius::mm
