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
// Locks: the memory lock.
std::optional<Block> find_block(AddressSpace& space, VirtAddr address);

// The range for a new block or reservation: `wanted` where free, else the nearest that fits.
// `wanted` null: the kernel's choice. Locks: the memory lock. Fails: OutOfAddressSpace.
Result<VirtRange> choose_range(AddressSpace& space, PageCount pages, VirtAddr wanted);

// The part of a reservation that a freed block was becomes reserved again, one region with the
// unused neighbours. `region` covers it, with nothing mapped. Locks: the memory lock.
void return_to_reservation(AddressSpace& space, Region& region);

// Makes an attempt at a call, and again when pages have been evicted: one that found no frame has
// changed nothing. A promise that is refused is refused at once. Locks: none held.
template <typename F>
auto attempt_with_frames(AddressSpace& space, F&& attempt) {
  PageOut* const pageout = space.manager().pageout;
  const Promises& promises = space.manager().promises;
  const uint32_t refusals = promises.refusals();
  for (unsigned starved = 0;; ++starved) {
    auto outcome = attempt();
    const bool starves = !outcome && outcome.error() == Error::OutOfFrames;
    if (!starves || promises.refusals() != refusals) return outcome;
    if (pageout == nullptr || starved == PageOut::kPatience) return outcome;
    if (!pageout->wait_for_frames()) return outcome;
  }
}

}  // namespace mobius::mm
