// SwapPager: the pager of memory that has no store of its own.
//
// It owns the swap space and knows the device. Pages find their places as they go out, in runs. A
// page that has come back keeps its place as a clean copy until it is modified. Every page's
// checksum is kept in memory and compared when it comes back, so that what the disk lost, misplaced
// or garbled is an error of that page and never data.
#pragma once

#include "mm/objects/vm_object.h"
#include "mm/swap/page_device.h"
#include "mm/swap/swap_space.h"

namespace mobius::mm {

class SwapPager final : public Pager {
 public:
  explicit SwapPager(MemoryManager& manager) : manager_(manager), space_(manager.heap) {}
  SwapPager(const SwapPager&) = delete;

  // The device's pages become swap slots: page n is slot n + 1. Requires: no device is on.
  // Fails: OutOfFrames, BadArgument (no page), TimedOut (it is gone).
  Result<void> swap_on(PageDevice& device) EXCLUDES(memory_lock);
  // The device that was on before SwapOff (swap_off.h) took it away. Fails: NotFound (there never
  // was one), Busy (it is on), OutOfFrames, TimedOut (it is gone).
  Result<void> swap_on_again() EXCLUDES(memory_lock);
  bool on() const { return device_ != nullptr; }
  // Whether pages can go out: never again once the device is gone (ports/page_device.h).
  bool writable() const { return on() && !device_->gone(); }
  // Of the device that is on or was on last.
  PageDevice::QueueLength queue_length() const {
    return last_device_ != nullptr ? last_device_->queue_length() : PageDevice::QueueLength{};
  }

  // ---- the port ----
  bool has(PageIndex) const override { return false; }
  bool is_gone() const override { return device_->gone(); }
  // On a device that is gone there is no place for the page to go to again.
  FrameClass frame_class() const override {
    return writable() ? FrameClass::Returning : FrameClass::Normal;
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
    return writable() ? space_.good() - swapped_pages() : 0;
  }
  // Of these, those that a page may take now: none while SwapOff (swap_off.h) is at work.
  uint32_t slots_to_take() const REQUIRES(memory_lock) {
    return space_.closing() ? 0 : slots_left();
  }
  // All good slots: those left and those that hold a page.
  uint32_t good_slots() const REQUIRES(memory_lock) { return slots_left() + swapped_pages(); }
  uint32_t checksum_errors() const REQUIRES(memory_lock) { return checksum_errors_; }

 private:
  friend class SwapOff;
  void tell_capacity() REQUIRES(memory_lock) {
    manager_.promises.set_swap_capacity(writable() && !space_.closing() ? space_.good() : 0);
  }
  void close() REQUIRES(memory_lock);
  void note_sums(SwapSlot first, std::span<const FrameNumber> frames) EXCLUDES(memory_lock);
  uint32_t drop_copies(uint32_t most) REQUIRES(memory_lock);
  uint32_t sum_of(FrameNumber frame, SwapSlot slot) const {
    return manager_.memory.sum(frame, slot.value);
  }

  MemoryManager& manager_;
  // No lock for these two: the device only changes while no slot is in use, so that no transfer is
  // under way.
  PageDevice* device_ = nullptr;
  PageDevice* last_device_ = nullptr;
  SwapSpace space_ GUARDED_BY(memory_lock);
  uint32_t checksum_errors_ GUARDED_BY(memory_lock) = 0;
};

}  // namespace mobius::mm
