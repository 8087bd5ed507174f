// What the vmm_*.cpp files share: turning a program's arguments into ranges and blocks.
#pragma once

#include "mm/calls/vmm.h"
#include "mm/paging/frame_wait.h"
#include "mm/space/steps.h"

namespace mobius::mm {

// [base rounded down, + pages) where it is inside the user range. Fails: BadArgument.
Result<VirtRange> user_range(VirtAddr base, PageCount pages);

// A block's regions, first to last, and the range they cover.
struct Block {
  Region* first;
  Region* last;
  VirtRange range;
};

// The block (of any kind but Reserved) that `address` is in; null where there is none. For who only
// looks, also where a long call is just moving it away.
std::optional<Block> find_block(AddressSpace& space, VirtAddr address) REQUIRES(memory_lock);

// The block that `range` is wholly inside of. Fails: BadArgument.
Result<Block> block_around(AddressSpace& space, VirtRange range) REQUIRES(memory_lock);

// What choose_range does where its first try came to nothing.
Result<VirtRange> choose_range_near(AddressSpace& space, PageCount pages, VirtAddr wanted)
    REQUIRES(memory_lock);

// The range for a new block or reservation: `wanted` where free, else the nearest that fits.
// `wanted` null: the kernel's choice. Fails: OutOfAddressSpace.
inline Result<VirtRange> choose_range(AddressSpace& space, PageCount pages, VirtAddr wanted)
    REQUIRES(memory_lock) {
  if (wanted.value == 0) [[likely]] {
    const auto base = space.regions.set().find_gap_at_or_above(kFirstChoice, pages);
    if (base) [[likely]] return VirtRange::of_pages(*base, pages);
  }
  return choose_range_near(space, pages, wanted);
}

// What a call needs that makes a range a region of its own, or several: the regions for its two
// ends, where these are inside regions.
class Cuts {
 public:
  explicit Cuts(VirtRange range) : range_(range) {}
  // Fails: OutOfFrames, LimitReached. What it has got stays for another attempt.
  Result<void> acquire(AddressSpace& space) REQUIRES(memory_lock);
  // Cuts the region, which has pages of the range, so that it has no others. Returns it.
  Region& cut(AddressSpace& space, Region& region) REQUIRES(memory_lock);

 private:
  const VirtRange range_;
  Regions::New lower_, upper_;
};

// The part of a reservation that a freed block was becomes reserved again, one region with the
// unused neighbours. `region` covers it, with nothing mapped.
void return_to_reservation(AddressSpace& space, Region& region) REQUIRES(memory_lock);

// The pages that `region`, which is locked, has from `at` on are new, and not locked.
void cut_off_grown(Regions& regions, Region& region, VirtAddr at, Regions::New grown)
    REQUIRES(memory_lock);

// A block on its way to another place: its regions go one by one, the last one first, in steps
// between which others run. The pages stay where they are.
class Moving {
 public:
  // `target` is free; what it has more goes to the last region, or is `grown`. `left_behind`: for
  // a block of a reservation, what takes its old place in that. The caller gives the object its
  // new size, and begins a long call where there is more than a step.
  Moving(AddressSpace& space, const Block& block, VirtRange target, Regions::New grown,
         Regions::New left_behind) REQUIRES(memory_lock)
      : space_(space),
        from_(block.range),
        to_(target),
        reservation_(block.first->reservation),
        grown_(std::move(grown)),
        left_behind_(std::move(left_behind)),
        cursor_(block.range.end) {}

  Progress step() REQUIRES(memory_lock);
  VirtAddr target() const { return to_.begin; }

 private:
  VirtAddr place_of(VirtAddr old) const { return to_.begin + (old - from_.begin); }
  void move(Region& region) REQUIRES(memory_lock);
  void leave_behind(VirtRange range) REQUIRES(memory_lock);

  AddressSpace& space_;
  const VirtRange from_, to_;
  const VirtAddr reservation_;
  Regions::New grown_, left_behind_;
  VirtAddr cursor_;  // what lies before it is still at its old place
};

// S1: what is promised to one process leaves something to be promised to others. Fails:
// LimitReached (with n pages more it would be over 3/4 of what could be promised at all).
Result<void> check_promises(AddressSpace& space, uint32_t more) REQUIRES(memory_lock);

// VM_MEM_GUARANTEED, for the pages from `had` on: whatever they will need is there, or promised to
// the process. Nothing is promised where it fails: OutOfFrames, LimitReached.
Result<void> promise_pages(AddressSpace& space, VmObject& object, PageCount had, PageCount pages)
    REQUIRES(memory_lock);

}  // namespace mobius::mm
