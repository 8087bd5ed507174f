// PageDirectory: the frame that CR3 names, and the way by it to each entry of the user half.
//
// The upper 512 entries are copied at creation from the kernel's directory, where they are all set
// by then and never change (so no copy can be stale). What the lower ones say is PageTables'
// matter.
#pragma once

#include "arch/i386/paging/pte.h"
#include "mm/frames/frame_allocator.h"
#include "mm/frames/owned_frame.h"
#include "mm/words/frame_memory.h"

namespace mobius::paging {

class PageDirectory {
 public:
  // A directory with an empty user half and the kernel half of `kernel_directory`, none of which
  // may be open to user mode (R08, asserted). Fails: OutOfFrames.
  static Result<mm::OwnedFrame> make(mm::FrameMemory& memory, mm::FrameAllocator& frames,
                                     FrameNumber kernel_directory, mm::FrameClass who);

  // `directory` is from make(); given back at the end.
  PageDirectory(mm::FrameMemory& memory, mm::OwnedFrame directory)
      : direct_base_(memory.direct({0})),
        owned_(std::move(directory)),
        frame_(owned_.number()),
        page_(memory.direct_as<EntryPage>(frame_)) {}
  PageDirectory(const PageDirectory&) = delete;

  FrameNumber frame() const { return frame_; }

  Entry& entry(uint32_t index) const { return page_->entries[index]; }
  Entry& entry_of(VirtAddr a) const { return entry(directory_index(a)); }
  // Requires: `table` is a present entry of the user half, so the frame it names is in the direct
  // map: who entered it has asserted that.
  EntryPage& table_at(EntryValue table) const {
    return *reinterpret_cast<EntryPage*>(direct_base_ + (table.raw & kFrameMask));
  }
  Entry& table_entry_of(EntryValue table, VirtAddr page) const {
    return table_at(table).entries[table_index(page)];
  }
  // The page's entry, or null where it has no page table. On the path of every fault.
  [[gnu::always_inline]] Entry* find_table_entry_of(VirtAddr page) const {
    const EntryValue table = entry_of(page).load();
    return table.present() ? &table_entry_of(table, page) : nullptr;
  }

 private:
  std::byte* const direct_base_;  // of frame 0
  mm::OwnedFrame owned_;
  const FrameNumber frame_;
  EntryPage* const page_;
};

}  // namespace mobius::paging
