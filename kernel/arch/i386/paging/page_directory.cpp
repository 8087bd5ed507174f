// How a page directory begins: see page_directory.h.
#include "arch/i386/paging/page_directory.h"

namespace mobius::paging {

Result<mm::OwnedFrame> PageDirectory::make(mm::FrameMemory& memory, mm::FrameAllocator& frames,
                                           FrameNumber kernel_directory, mm::FrameClass who) {
  mm::OwnedFrame frame = TRY(frames.allocate(mm::FrameUse::PageTable, mm::Placement::Direct,
                                             mm::Fill::None, who));
  auto* const from = memory.direct_as<EntryPage>(kernel_directory);
  auto* const to = memory.direct_as<EntryPage>(frame.number());
  for (uint32_t i = 0; i < kKernelFirstEntry; ++i) to->entries[i].store({});
  for (uint32_t i = kKernelFirstEntry; i < kEntryCount; ++i) {
    const EntryValue entry = from->entries[i].load();
    KASSERT(!entry.user());
    to->entries[i].store(entry);
  }
  return frame;
}

}  // namespace mobius::paging
