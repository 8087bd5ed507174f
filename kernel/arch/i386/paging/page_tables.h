// PageTables: one user half of i386 page tables, with the kernel half that all of them share.
//
// Step 5 of a page fault. A page directory and up to 512 page tables, each one frame in the direct
// map. The record of a page table's frame counts its present entries; the table appears with the
// first and goes with the last.
//
// What is flushed (SDM Vol. 3A, 4.10.4): an entry that was not present is nowhere cached, so a new
// one flushes nothing. Every other change flushes before it returns, and the frame of a page table
// is freed only after that: until then the processor may still walk it.
#pragma once

#include "arch/i386/paging/page_directory.h"
#include "arch/i386/paging/tlb.h"
#include "mm/space/translation_map.h"

namespace mobius::paging {

// What the page tables of one machine share. The three outlive every PageTables.
struct PagingMachine {
  mm::FrameMemory& memory;
  mm::FrameAllocator& frames;
  Tlb& tlb;
};

class PageTables final : public mm::TranslationMap {
 public:
  // `directory` is from PageDirectory::make. Nothing is mapped.
  PageTables(const PagingMachine& machine, mm::OwnedFrame directory);
  PageTables(const PageTables&) = delete;
  // Gives the directory back. Requires: nothing is mapped (asserted); the directory is not current.
  ~PageTables();

  // What goes into CR3.
  FrameNumber directory() const { return directory_.frame(); }

  mm::Entered enter(VirtAddr page, FrameNumber frame, Access access, mm::FrameClass who) override;
  mm::Offered enter_if_ready(VirtAddr page, FrameNumber frame, Access access) override;
  std::optional<mm::Mapping> unmap(VirtAddr page) override;
  // Calls the visitor before the flush. That is right on one processor in a kernel that is not
  // preempted: no thread can use a stale translation before this returns, only walk ahead by it.
  void unmap_range(VirtRange range, mm::MappingVisitor& visitor) override;
  void protect(VirtAddr page, Access access) override;
  std::optional<mm::Mapping> find(VirtAddr page) const override;
  bool take_accessed(VirtAddr page) override;
  bool take_dirty(VirtAddr page) override;
  void flush() override { tlb_.flush_all(directory()); }
  uint32_t table_frames() const override { return table_frames_; }
  uint32_t mapped_pages() const override;

  // Directory, tables, counts and records agree. Asserts otherwise.
  void check() const;

  // Up to n pages are flushed one by one, more by a reload of CR3.
  static constexpr uint32_t kSinglePageFlushes = 16;

 private:
  struct Pending;

  // As PageDirectory's. Requires: a user page (asserted).
  Entry* find_entry(VirtAddr page) const;
  mm::Entered enter_in_new_table(VirtAddr page, FrameNumber frame, Access access,
                                 mm::FrameClass who);
  FrameNumber remove_table(VirtAddr page);
  void unmap_in_table(VirtRange part, EntryValue table, mm::MappingVisitor& visitor,
                      Pending& pending);
  void finish(const Pending& pending);

  mm::FrameMemory& memory_;
  mm::FrameAllocator& frames_;
  Tlb& tlb_;
  PageDirectory directory_;
  uint32_t table_frames_ = 0;
};

}  // namespace mobius::paging
