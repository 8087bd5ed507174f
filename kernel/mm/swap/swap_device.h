// SwapDevice: the device that pages go out to: the one that is on, or was on before SwapOff
// (swap_off.h) took it away.
//
// No lock: it only changes while no slot is in use, so that no transfer is under way.
#pragma once

#include "mm/swap/page_device.h"

namespace mobius::mm {

class SwapDevice {
 public:
  SwapDevice() = default;
  SwapDevice(const SwapDevice&) = delete;

  bool on() const { return device_ != nullptr; }
  // Given up for good (page_device.h). Requires: on().
  bool is_gone() const { return device_->gone(); }
  // Whether pages can go out: never again once it is gone.
  bool writable() const { return on() && !is_gone(); }
  PageDevice::QueueLength queue_length() const {
    return last_ != nullptr ? last_->queue_length() : PageDevice::QueueLength{};
  }
  // The one that is on or was on last; null: there never was one.
  PageDevice* last() const { return last_; }

  // It counts as the last one; then it is on; then it is on no more.
  void choose(PageDevice& device) { last_ = &device; }
  void turn_on() { device_ = last_; }
  void turn_off() { device_ = nullptr; }

  // Pages between frames and the slots from `first` on. Requires: on(). As PageDevice::transfer.
  Result<void> transfer(Transfer direction, SwapSlot first, std::span<const FrameNumber> frames)
      EXCLUDES(memory_lock) {
    return device_->transfer(direction, first.value - 1, frames);
  }

 private:
  PageDevice* device_ = nullptr;
  PageDevice* last_ = nullptr;
};

}  // namespace mobius::mm
