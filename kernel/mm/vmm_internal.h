// What the vmm_*.cpp files share: turning a program's arguments into ranges and blocks; trying
// again when memory is short.
#pragma once

#include "mm/pageout.h"
#include "mm/vmm.h"

namespace mobius::mm {

// The rights that VM_MEM_* flags ask for. Fails: BadArgument (an unknown bit).
Result<Access> access_from(uint32_t flags);

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

// VM_MEM_GUARANTEED, for the pages from `had` on: whatever they will need is there, or promised.
// Fails: OutOfFrames (nothing is promised then).
Result<void> promise_pages(VmObject& object, PageCount had, PageCount pages)
    REQUIRES(memory_lock);

// Makes an attempt at a call, and again when pages have been evicted: one that found no frame has
// changed nothing. A promise that is refused is refused at once.
template <typename F>
auto attempt_with_frames(AddressSpace& space, F&& attempt) EXCLUDES(memory_lock) {
  PageOut* const pageout = space.manager().pageout;
  const MemoryManager& manager = space.manager();
  for (unsigned starved = 0;; ++starved) {
    const uint32_t refusals = manager.refused_promises();  // others' come while this one waits
    auto outcome = attempt();
    const bool starves = !outcome && outcome.error() == Error::OutOfFrames;
    if (!starves || manager.refused_promises() != refusals) return outcome;
    if (pageout == nullptr || starved == PageOut::kPatience) return outcome;
    if (!pageout->wait_for_frames()) return outcome;
  }
}

}  // namespace mobius::mm
