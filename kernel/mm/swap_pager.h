// SwapPager: moves pages between frames and the swap device.
//
// It owns the swap space and knows the device. Pages come in together with the neighbours that lie
// next to them on the device, the more of them the longer a program goes straight on; they go out
// in runs that the page-out code has put in order. Every page's checksum is kept in memory and
// compared when it comes back, so that what the disk lost, misplaced or garbled is an error of that
// page and never data.
#pragma once

#include "mm/ports/page_device.h"
#include "mm/swap_space.h"
#include "mm/vm_object.h"

namespace mobius::mm {

class SwapPager {
 public:
  static constexpr uint32_t kMaxReadAhead = 32;

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
  // What a page that is not promised comes in by: on a device that is gone there is no place for it
  // to go to again.
  Claim claim_of_pages() const { return writable() ? Claim::Returning : Claim::Unpromised; }
  // Of the device that is on or was on last.
  PageDevice::QueueLength queue_length() const {
    return last_device_ != nullptr ? last_device_->queue_length() : PageDevice::QueueLength{};
  }

  // Brings in the page, whose slot is Swapped, and perhaps pages behind it; shows those to `space`
  // at once, if it views them from `page` on. Sleeps, and says true, unless the page is still in a
  // frame on standby, or not Swapped any more. The caller has taken a reference to the object,
  // which is dropped here. Fails: OutOfFrames, IoError, TimedOut (the device does not answer).
  Result<bool> page_in(AddressSpace& space, VirtAddr page, VmObject& object, PageIndex index)
      EXCLUDES(memory_lock);

  // Writes frames to slots from `first` on. Sleeps. Fails: IoError, TimedOut (it is not the slots'
  // fault, and others will fare no better).
  Result<void> write(SwapSlot first, std::span<const FrameNumber> frames) EXCLUDES(memory_lock);

  // Sleeps until a write that is under way has ended. False: there is none.
  bool wait_for_write() EXCLUDES(memory_lock);

  // As page_in, for nobody in particular: the pages are not entered anywhere. For SwapOff.
  Result<void> bring_back(VmObject& object, PageIndex index) EXCLUDES(memory_lock);

  // ---- Locks: the memory lock ----
  SwapSpace& slots() REQUIRES(memory_lock) { return space_; }
  const SwapSpace& slots() const REQUIRES(memory_lock) { return space_; }
  // The slot of a page that is in no frame is not needed any more.
  void give(SwapSlot slot) REQUIRES(memory_lock) {
    manager_.frames.forget_standby(slot);
    space_.give(slot);
  }
  // The copy of a resident page there, if it has one, is out of date or not wanted any more.
  void drop_copy(FrameRecord& record) REQUIRES(memory_lock) {
    if (!record.marks.has(PageMark::CleanCopy)) return;
    space_.give(record.swap_slot);
    record.marks.remove({PageMark::CleanCopy});
  }
  void retire(SwapSlot slot) REQUIRES(memory_lock) {
    space_.retire(slot);
    tell_capacity();
  }
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
  uint32_t sum_of(FrameNumber frame, SwapSlot slot) {
    return manager_.memory.sum(frame, slot.value);
  }
  uint32_t checksum_errors() const REQUIRES(memory_lock) { return checksum_errors_; }

 private:
  friend class SwapOff;
  struct PageIn;
  void tell_capacity() REQUIRES(memory_lock) {
    manager_.promises.set_swap_capacity(writable() && !space_.closing() ? space_.good() : 0);
  }
  void close() REQUIRES(memory_lock);
  Result<bool> read(PageIn& in) EXCLUDES(memory_lock);
  Result<void> transfer(Transfer direction, SwapSlot first, std::span<const FrameNumber> frames)
      EXCLUDES(memory_lock);
  Result<void> begin(PageIn& in) REQUIRES(memory_lock);
  bool take_back(PageIn& in) REQUIRES(memory_lock);
  void add_neighbours(PageIn& in, uint32_t window) REQUIRES(memory_lock);
  Result<void> finish(PageIn& in, uint32_t read) REQUIRES(memory_lock);
  bool install(PageIn& in, uint32_t n) REQUIRES(memory_lock);
  void show(PageIn& in, uint32_t n) REQUIRES(memory_lock);

  MemoryManager& manager_;
  // No lock for these three: the device only changes while no slot is in use, so that nobody reads
  // or writes one; the count is tested and waited on in one step (ports/waiting.h).
  PageDevice* device_ = nullptr;
  PageDevice* last_device_ = nullptr;
  uint32_t writing_ = 0;  // writes under way; woken when one ends
  SwapSpace space_ GUARDED_BY(memory_lock);
  uint32_t checksum_errors_ GUARDED_BY(memory_lock) = 0;
};

}  // namespace mobius::mm
