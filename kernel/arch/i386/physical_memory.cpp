// Windows are single page table entries at the beginning of the dynamic area.
#include "arch/i386/physical_memory.h"

#include <algorithm>

#include "arch/i386/memory_layout.h"
#include "arch/i386/paging/pte.h"
#include "arch/i386/registers.h"

// page_sse.asm
extern "C" void zero_page_sse(std::byte* page);
extern "C" void copy_page_sse(std::byte* to, const std::byte* from);

namespace mobius::arch {

void initialize_windows() {
  uint32_t table = physical(reinterpret_cast<uint32_t>(window_table));
  kernel_directory[paging::directory_index(kDynamicBase)] =
      table | paging::kWritable | paging::kPresent;
}

std::byte* open_frame_window(unsigned window, FrameNumber frame) {
  KASSERT(window < kWindowPages && frame.value < paging::kFrameLimit);
  VirtAddr page = pages_after(kDynamicBase, window);
  volatile uint32_t& entry = window_table[window];
  entry = (frame.value << kPageShift) | paging::kWritable | paging::kPresent;
  invlpg(page);
  return reinterpret_cast<std::byte*>(page.value);
}

PhysicalMemory::PhysicalMemory(FrameNumber direct_end, const CpuFeatures& features)
    : mm::FrameMemory(reinterpret_cast<std::byte*>(kKernelBase), direct_end),
      sse_(features.sse) {}

void PhysicalMemory::zero_page(std::byte* page) {
  if (!sse_) return mm::FrameMemory::zero_page(page);
  zero_page_sse(page);
}

void PhysicalMemory::copy_page(std::byte* to, const std::byte* from) {
  if (!sse_) return mm::FrameMemory::copy_page(to, from);
  copy_page_sse(to, from);
}

Result<void> BootBytes::read(PhysAddr from, std::span<std::byte> into) const {
  uint64_t at = static_cast<uint64_t>(from);
  if (at > UINT32_MAX || into.size() > UINT32_MAX - at) return Failure(Error::BadAddress);
  while (!into.empty()) {
    uint32_t offset = static_cast<uint32_t>(at) & kPageOffsetMask;
    size_t part = std::min<size_t>(into.size(), kPageSize - offset);
    const std::byte* frame = open_frame_window(0, frame_of(PhysAddr{at}));
    std::memcpy(into.data(), frame + offset, part);
    into = into.subspan(part);
    at += part;
  }
  return {};
}

}  // namespace mobius::arch
