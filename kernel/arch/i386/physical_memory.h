// The bytes of physical memory: the direct map, and windows onto what lies outside it.
#pragma once

#include "arch/i386/cpu_features.h"
#include "bootinfo/multiboot_info.h"
#include "mm/words/frame_memory.h"

namespace mobius::arch {

// Makes the windows usable. Called first of all, before the page directory is complete.
void initialize_windows();

// Shows a frame through window 0..kWindowPages-1, until the same window is opened again.
std::byte* open_frame_window(unsigned window, FrameNumber frame);

class PhysicalMemory final : public mm::FrameMemory {
 public:
  // `direct_end`: as built into the page directory. Requires: features.enable() has been called.
  PhysicalMemory(FrameNumber direct_end, const CpuFeatures& features);

 private:
  void zero_page(std::byte* page) override;
  void copy_page(std::byte* to, const std::byte* from) override;
  std::byte* open_window(unsigned window, FrameNumber frame) override {
    return open_frame_window(window, frame);
  }
  const bool sse_;
};

// For the Multiboot parser: anything below 4 GiB.
class BootBytes final : public bootinfo::PhysicalBytes {
 public:
  Result<void> read(PhysAddr from, std::span<std::byte> into) const override;
};

}  // namespace mobius::arch
