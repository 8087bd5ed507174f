// SwapPager: the pager of memory that has no store of its own.
//
// It owns the swap space and knows the device. Pages find their places as they go out, in runs. A
// page that has come back keeps its place as a clean copy until it is modified. A page whose
// checksum (swap_checksums.h) is wrong when it comes back is an error of that page and never data.
#pragma once

#include "mm/objects/vm_object.h"
#include "mm/swap/swap_checksums.h"
#include "mm/swap/swap_device.h"

namespace mobius::mm {

class SwapPager final : public Pager {
 public:
  explicit SwapPager(MemoryManager& manager)
      : manager_(manager), space_(manager.heap), sums_(manager.memory, space_) {}
  SwapPager(const SwapPager&) = delete;

  // The device's pages become swap slots: page n is slot n + 1. Requires: no device is on.
  // Fails: OutOfFrames, BadArgument (no page), TimedOut (it is gone).
  Result<void> swap_on(PageDevice& device) EXCLUDES(memory_lock);
  // The device that was on before SwapOff (swap_off.h) took it away. Fails: NotFound (there never
  // was one), Busy (it is on), OutOfFrames, TimedOut (it is gone).
  Result<void> swap_on_again() EXCLUDES(memory_lock);
  const SwapDevice& device() const { return device_; }

  // ---- the port ----
  bool has(PageIndex) const override { return false; }
  bool is_gone() const override { return device_.is_gone(); }
  // On a device that is gone there is no place for the page to go to again.
  FrameClass frame_class() const override {
    return device_.writable() ? FrameClass::Returning : FrameClass::Normal;
  }
  Result<void> transfer(Transfer direction, Place first,
                        std::span<const FrameNumber> frames) override EXCLUDES(memory_lock);
  bool came_in(FrameRecord& record, Place from) override REQUIRES(memory_lock);
  Fate fate_of(FrameRecord& record, const PageSlot& slot) override REQUIRES(memory_lock);
  bool adds_to_ledger(const FrameRecord& record) const override REQUIRES(memory_lock);
  uint32_t assign(std::span<PageWrite> pages) override REQUIRES(memory_lock);
  void wrote(FrameRecord& record, Place to, PageWrite::End end) override REQUIRES(memory_lock);
  void forget(Place place) override REQUIRES(memory_lock);

  // ---- Locks: the memory lock ----
  SwapSpace& slots() REQUIRES(memory_lock) { return space_; }
  const SwapSpace& slots() const REQUIRES(memory_lock) { return space_; }
  // The copy of a resident page there, if it has one, is out of date or not wanted any more.
  void drop_copy(FrameRecord& record) REQUIRES(memory_lock);
  uint32_t swapped_pages() const REQUIRES(memory_lock) { return manager_.promises.swapped(); }
  // Slots that could hold a page: those that resident pages keep count as free. None where the
  // device is gone.
  uint32_t slots_left() const REQUIRES(memory_lock) {
    return device_.writable() ? space_.good() - swapped_pages() : 0;
  }
  // Of these, those that a page may take now: none while SwapOff (swap_off.h) is at work.
  uint32_t slots_to_take() const REQUIRES(memory_lock) {
    return space_.closing() ? 0 : slots_left();
  }
  // All good slots: those left and those that hold a page.
  uint32_t good_slots() const REQUIRES(memory_lock) { return slots_left() + swapped_pages(); }
  uint32_t checksum_errors() const REQUIRES(memory_lock) { return sums_.errors(); }

 private:
  friend class SwapOff;
  void tell_capacity() REQUIRES(memory_lock) {
    const bool takes_pages = device_.writable() && !space_.closing();
    manager_.promises.set_swap_capacity(takes_pages ? space_.good() : 0);
  }
  void close() REQUIRES(memory_lock);
  uint32_t drop_copies(uint32_t most) REQUIRES(memory_lock);

  MemoryManager& manager_;
  SwapDevice device_;
  SwapSpace space_ GUARDED_BY(memory_lock);
  SwapChecksums sums_;
};

}  // namespace mobius::mm
