// Committing ahead, for blocks with VM_MEM_EAGER: a program that writes page after page for the
// first time gets frames for the pages that follow by the same fault.
//
// The window, the faulting page included, doubles from 1 to 16 pages while each fault hits just
// behind the last window, and is 1 again after any other. One of 8 pages may have a page between
// it and the next, one of 16 two: a program that fills memory with objects leaves gaps where the
// next does not fit, and one that skips every second page has no such window. The extra pages are
// zeros, mapped neither accessed nor dirty: going on to them takes no fault, and until then they
// are to the replacement policy what pages read ahead are, and leave without I/O.
#pragma once

#include "mm/space/address_space.h"

namespace mobius::mm {

inline constexpr uint32_t kMaxCommitAhead = 16;

// Requires: nothing of the region's object has been committed, and it has no backing.
void make_eager(Region& region) REQUIRES(memory_lock);

// A first write to the page has just been resolved by a frame of zeros. Commits what follows, as
// far as it is in the region, never referenced, and costs nothing but a frame that is to spare:
// promises, threads that wait for memory and the page daemon are not touched. Cannot fail: a page
// that cannot be had ahead is had by its own fault.
// Requires: the region is eager, and shows the page.
void fault_around(AddressSpace& space, Region& region, PageIndex page) REQUIRES(memory_lock);

}  // namespace mobius::mm
