// Page tables of the kernel's half. 4 MiB pages where the processor has them, except for the first
// 4 MiB, where the kernel image lies with different rights for its parts.
#include "arch/i386/kernel_directory.h"

#include <algorithm>

#include "arch/i386/kernel_stacks.h"
#include "arch/i386/memory_layout.h"
#include "arch/i386/paging/pte.h"
#include "arch/i386/physical_memory.h"
#include "arch/i386/registers.h"

namespace mobius::arch {

using paging::kEntryCount;

namespace {

constexpr uint32_t kTableEntry = paging::kWritable | paging::kPresent;

uint32_t address_of(const void* p) { return reinterpret_cast<uint32_t>(p); }

// Rights of a page of the first 4 MiB, as entry bits.
uint32_t first_table_rights(uint32_t page) {
  if (page == kKernelBase || page == address_of(boot_stack_guard)) return 0;
  bool read_only = page >= address_of(kernel_image_begin) && page < address_of(kernel_data_begin);
  return paging::kPresent | (read_only ? 0 : paging::kWritable);
}

void fill_first_table(uint32_t global) {
  for (uint32_t i = 0; i < kEntryCount; ++i) {
    uint32_t rights = first_table_rights(kKernelBase + (i << kPageShift));
    first_table[i] = rights == 0 ? 0 : (i << kPageShift) | rights | global;
  }
}

// A table of its own for 4 MiB of RAM from `first`; where there are no 4 MiB pages.
Result<uint32_t> make_direct_table(EarlyFrames& early, uint32_t first, uint32_t global) {
  FrameNumber frame = TRY(early.take());
  auto table = reinterpret_cast<volatile uint32_t*>(open_frame_window(0, frame));
  for (uint32_t i = 0; i < kEntryCount; ++i)
    table[i] = ((first + i) << kPageShift) | kTableEntry | global;
  return (frame.value << kPageShift) | kTableEntry;
}

Result<void> fill_direct_map(const CpuFeatures& features, EarlyFrames& early, FrameNumber end) {
  uint32_t global = features.pge ? paging::kGlobal : 0;
  fill_first_table(global);
  uint32_t index = kKernelBase >> paging::kTableShift;
  for (uint32_t first = kEntryCount; first < end.value; first += kEntryCount) {
    ++index;
    if (features.pse)
      kernel_directory[index] = (first << kPageShift) | kTableEntry | paging::kBigPage | global;
    else
      kernel_directory[index] = TRY(make_direct_table(early, first, global));
  }
  return {};
}

Result<void> fill_dynamic_area(EarlyFrames& early, uint32_t tables) {
  for (uint32_t i = 1; i < tables; ++i) {
    FrameNumber frame = TRY(early.take());
    std::memset(open_frame_window(0, frame), 0, kPageSize);
    kernel_directory[paging::directory_index(kDynamicBase) + i] =
        (frame.value << kPageShift) | kTableEntry;
  }
  return {};
}

uint32_t count_frames(std::span<const FrameRange> ranges) {
  uint32_t frames = 0;
  for (FrameRange range : ranges) frames += range.size_frames();
  return frames;
}

// Where the direct map ends: with the last RAM it can hold, rounded up to a whole page table.
FrameNumber direct_end_of(std::span<const FrameRange> ranges) {
  uint32_t end = kEntryCount;
  for (FrameRange range : ranges)
    if (range.begin < kDirectLimit) end = std::max(end, range.end.value);
  end = (end + kEntryCount - 1) & ~(kEntryCount - 1);
  return {std::min(end, kDirectLimit.value)};
}

}  // namespace

Result<FrameNumber> EarlyFrames::take() {
  for (FrameRange& range : usable_) {
    if (range.begin == range.end || range.begin >= kDirectLimit) continue;
    FrameNumber frame = range.begin;
    range.begin = frame + 1;
    return frame;
  }
  return Failure(Error::OutOfFrames);
}

Result<KernelHalf> build_kernel_half(const CpuFeatures& features, std::span<FrameRange> usable) {
  EarlyFrames early(usable);
  KernelHalf half{direct_end_of(usable), kernel_stacks_for(count_frames(usable))};
  const PageCount pages = kWindowPages + half.kernel_stacks * kStackSlotPages;
  TRY(fill_direct_map(features, early, half.direct_end));
  TRY(fill_dynamic_area(early, (pages + kEntryCount - 1) / kEntryCount));
  kernel_directory[0] = 0;
  write_cr3(read_cr3());
  features.enable_global_pages();
  return half;
}

volatile uint32_t& kernel_entry(VirtAddr page) {
  uint32_t table = kernel_directory[paging::directory_index(page)];
  KASSERT((table & (paging::kPresent | paging::kBigPage)) == paging::kPresent);
  auto entries = reinterpret_cast<volatile uint32_t*>((table & paging::kFrameMask) + kKernelBase);
  return entries[paging::table_index(page)];
}

bool is_readable(uint32_t address) {
  auto directory = reinterpret_cast<const volatile uint32_t*>(read_cr3() + kKernelBase);
  uint32_t entry = directory[paging::directory_index({address})];
  if ((entry & paging::kPresent) == 0) return false;
  if ((entry & paging::kBigPage) != 0) return true;
  uint32_t base = (entry & paging::kFrameMask) + kKernelBase;
  auto table = reinterpret_cast<const volatile uint32_t*>(base);
  return (table[paging::table_index({address})] & paging::kPresent) != 0;
}

}  // namespace mobius::arch
