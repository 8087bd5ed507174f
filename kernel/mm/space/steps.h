// Long work on the pages of one address space, in steps between which others run.
//
// Each step takes the memory lock anew and leaves the books balanced. What a call changes in steps
// is its own meanwhile (long_call.h). Steps go from the last page to the first.
#pragma once

#include "mm/space/long_call.h"

namespace mobius::mm {

// What a step has done when it ends.
class StepWork {
 public:
  explicit StepWork(const MemoryManager& manager) : most_(manager.step_limits.work) {}

  bool done() const { return work_ >= most_; }
  void region(PageCount pages) {
    work_ += kRegion + (pages < SlotTable::kLeafSlots ? pages : SlotTable::kLeafSlots);
  }

 private:
  static constexpr uint32_t kRegion = 16;
  const uint32_t most_;
  uint32_t work_ = 0;
};

bool has_many(AddressSpace& space, Region& first, VirtRange range) REQUIRES(memory_lock);

// Whether work on all pages of the range, which `first` begins in, is done in steps: there are many
// of them, or many parts.
inline bool is_long(AddressSpace& space, Region& first, VirtRange range) REQUIRES(memory_lock) {
  const bool few = range.size_pages() <= space.manager().step_limits.pages;
  if (few && first.range.end >= range.end) [[likely]] return false;
  return has_many(space, first, range);
}

// What becomes of a region whose pages have all gone: it stays, or the one before it in its block
// takes its place, so that the block is one region where there were many.
enum class Parts : uint8_t { Keep, Join };

// The part of a region in front of `cursor` that is one step's work, not below `floor`.
VirtRange part_before(Region& region, VirtAddr cursor, VirtAddr floor) REQUIRES(memory_lock);

// The region in front of `cursor`. Requires: it shows an object.
Region& region_before(AddressSpace& space, VirtAddr cursor) REQUIRES(memory_lock);

// From the last region of the range to the first, in steps between which others run: f(region, end)
// changes some in front of `end`, and returns where what is left ends. Requires: a long call on the
// block is under way.
template <typename F>
void change_in_steps(AddressSpace& space, VirtRange range, F&& f) EXCLUDES(memory_lock) {
  for (VirtAddr end = range.end; end > range.begin;) {
    {
      LockGuard guard(space.manager().lock);
      for (StepWork work(space.manager()); end > range.begin && !work.done();) {
        const VirtAddr before = end;
        end = f(region_before(space, end), end);
        work.region((before - end) >> kPageShift);
      }
    }
    if (end > range.begin) space.manager().waiting.let_others_run();
  }
}

// Empties the pages of the range; waits for those that are on their way in.
// Requires: a long call on the block is under way; Join: the range reaches the block's end.
void empty_in_steps(AddressSpace& space, VirtRange range, Parts parts) EXCLUDES(memory_lock);

// The pages of a block, or of a stack, go and with them its regions, but for one step's work in the
// first of them. Pages that are on their way in stay their object's.
// Requires: a long call on the block is under way.
void free_in_steps(AddressSpace& space, VirtRange block) EXCLUDES(memory_lock);

// Takes the translations of the range away, where its regions allow more than `allowed`.
// Requires: a long call on the block is under way.
void unmap_in_steps(AddressSpace& space, VirtRange range, Access allowed) EXCLUDES(memory_lock);

}  // namespace mobius::mm
