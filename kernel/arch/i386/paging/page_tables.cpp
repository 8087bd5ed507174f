// The two-level page tables of one address space (page_tables.h).
#include "arch/i386/paging/page_tables.h"

#include <algorithm>

namespace mobius::paging {

using mm::FrameUse;
using mm::Mapping;

namespace {

// One test: below 0x80000000, page aligned; and not page 0 (R08, R09).
constexpr bool is_user_page(VirtAddr a) {
  return (a.value & (kUserEnd | kPageOffsetMask)) == 0 && a.value != 0;
}

constexpr Mapping mapping_of(EntryValue e) {
  return {.frame = e.frame(),
          .access = e.writable() ? Access::ReadWrite : Access::Read,
          .accessed = e.accessed(),
          .dirty = e.dirty()};
}

}  // namespace

// What unmap_range still has to flush and to free.
struct PageTables::Pending {
  uint32_t pages = 0;
  VirtAddr first_pages[kSinglePageFlushes];
  // Tables that lost their last entry, chained through their records' `index`.
  FrameNumber emptied = kNoFrame;
};

PageTables::PageTables(const PagingMachine& machine, mm::OwnedFrame directory)
    : memory_(machine.memory),
      frames_(machine.frames),
      tlb_(machine.tlb),
      directory_(machine.memory, std::move(directory)) {}

PageTables::~PageTables() { KASSERT(table_frames_ == 0); }

// Inlined: find() is on the path of every fault.
[[gnu::always_inline]] inline Entry* PageTables::find_entry(VirtAddr page) const {
  KASSERT(is_user_page(page));
  return directory_.find_table_entry_of(page);
}

// Apart from enter(), which mostly finds a table.
[[gnu::noinline]] mm::Entered PageTables::enter_in_new_table(VirtAddr page, FrameNumber frame,
                                                             Access access, mm::FrameClass who) {
  auto made = frames_.allocate(FrameUse::PageTable, mm::Placement::Direct, mm::Fill::Zero, who);
  if (!made) return mm::Entered::NoFrame;
  const EntryValue table = table_entry(made->release());
  KASSERT(memory_.is_direct(table.frame()));
  KASSERT(frames_.record(table.frame()).entries == 0);
  directory_.entry_of(page).store(table);
  ++table_frames_;
  return enter(page, frame, access, who);
}

// Takes an empty table out of the directory. Its frame may be freed after the next flush.
FrameNumber PageTables::remove_table(VirtAddr page) {
  --table_frames_;
  return directory_.entry_of(page).take().frame();
}

mm::Entered PageTables::enter(VirtAddr page, FrameNumber frame, Access access, mm::FrameClass who) {
  KASSERT(is_user_page(page));
  KASSERT(frame.value < kFrameLimit && access != Access::None);
  const EntryValue table = directory_.entry_of(page).load();
  if (!table.present()) [[unlikely]] return enter_in_new_table(page, frame, access, who);
  Entry& entry = directory_.table_entry_of(table, page);
  if (!entry.load().present()) [[likely]] {
    entry.store(page_entry(frame, access));
    ++frames_.record(table.frame()).entries;
    return mm::Entered::New;
  }
  const EntryValue old = entry.take();
  entry.store(page_entry(frame, access));
  tlb_.flush_page(directory(), page);
  return old.dirty() ? mm::Entered::OverDirty : mm::Entered::OverClean;
}

mm::Offered PageTables::enter_if_ready(VirtAddr page, FrameNumber frame, Access access) {
  Entry* const entry = find_entry(page);
  if (entry == nullptr || entry->load().present()) return mm::Offered::Declined;
  const mm::Entered entered = enter(page, frame, access, mm::FrameClass::Normal);
  KASSERT(entered == mm::Entered::New);
  return mm::Offered::Taken;
}

std::optional<Mapping> PageTables::unmap(VirtAddr page) {
  KASSERT(is_user_page(page));
  const EntryValue table = directory_.entry_of(page).load();
  if (!table.present()) return std::nullopt;
  Entry& entry = directory_.table_entry_of(table, page);
  if (!entry.load().present()) return std::nullopt;
  const EntryValue old = entry.take();
  mm::FrameRecord& record = frames_.record(table.frame());
  if (--record.entries != 0) [[likely]] {
    tlb_.flush_page(directory(), page);
  } else {
    const FrameNumber empty = remove_table(page);
    tlb_.flush_page(directory(), page);
    frames_.free(empty, FrameUse::PageTable);
  }
  return mapping_of(old);
}

void PageTables::unmap_range(VirtRange range, mm::MappingVisitor& visitor) {
  KASSERT(kUserRange.contains(range) && range.begin <= range.end);
  KASSERT(range.begin.page_aligned() && range.end.page_aligned());
  if (table_frames_ == 0 || range.empty()) return;
  Pending pending;
  const uint32_t end = directory_index(range.end + (kTableReach - 1));
  for (uint32_t i = directory_index(range.begin); i < end; ++i) {
    const EntryValue table = directory_.entry(i).load();
    if (!table.present()) continue;
    const VirtAddr begin{i << kTableShift};
    const VirtRange part{std::max(range.begin, begin), std::min(range.end, begin + kTableReach)};
    unmap_in_table(part, table, visitor, pending);
  }
  finish(pending);
}

void PageTables::unmap_in_table(VirtRange part, EntryValue table, mm::MappingVisitor& visitor,
                                Pending& pending) {
  mm::FrameRecord& record = frames_.record(table.frame());
  uint32_t left = record.entries;
  Entry* entry = &directory_.table_entry_of(table, part.begin);
  for (VirtAddr page = part.begin; page < part.end; page = page + kPageSize, ++entry) {
    if (!entry->load().present()) continue;
    const EntryValue old = entry->take();
    if (pending.pages < kSinglePageFlushes) pending.first_pages[pending.pages] = page;
    ++pending.pages;
    visitor.visit(page, mapping_of(old));
    if (--left == 0) break;
  }
  record.entries = static_cast<uint16_t>(left);
  if (left == 0) {
    record.index = pending.emptied.value;
    pending.emptied = remove_table(part.begin);
  }
}

void PageTables::finish(const Pending& pending) {
  if (pending.pages > kSinglePageFlushes) {
    tlb_.flush_all(directory());
  } else {
    for (uint32_t i = 0; i < pending.pages; ++i) {
      tlb_.flush_page(directory(), pending.first_pages[i]);
    }
  }
  for (FrameNumber table = pending.emptied; table != kNoFrame;) {
    const FrameNumber next{frames_.record(table).index};
    frames_.free(table, FrameUse::PageTable);
    table = next;
  }
}

void PageTables::protect(VirtAddr page, Access access) {
  KASSERT(access != Access::None);
  Entry* const entry = find_entry(page);
  KASSERT(entry != nullptr && entry->load().present());
  if (access == Access::ReadWrite) {
    entry->set(kWritable);
  } else {
    entry->clear(kWritable);
  }
  tlb_.flush_page(directory(), page);
}

std::optional<Mapping> PageTables::find(VirtAddr page) const {
  Entry* const entry = find_entry(page);
  if (entry == nullptr) return std::nullopt;
  const EntryValue value = entry->load();
  if (!value.present()) return std::nullopt;
  return mapping_of(value);
}

bool PageTables::take_accessed(VirtAddr page) {
  Entry* const entry = find_entry(page);
  if (entry == nullptr || !entry->load().accessed()) return false;
  entry->clear(kAccessed);
  return true;
}

bool PageTables::take_dirty(VirtAddr page) {
  Entry* const entry = find_entry(page);
  if (entry == nullptr || !entry->load().dirty()) return false;
  entry->clear(kDirty);
  tlb_.flush_page(directory(), page);
  return true;
}

uint32_t PageTables::mapped_pages() const {
  uint32_t pages = 0;
  for (uint32_t i = 0; i < kKernelFirstEntry; ++i) {
    const EntryValue table = directory_.entry(i).load();
    if (table.present()) pages += frames_.record(table.frame()).entries;
  }
  return pages;
}

void PageTables::check() const {
  uint32_t tables = 0;
  for (uint32_t i = 0; i < kEntryCount; ++i) {
    const EntryValue table = directory_.entry(i).load();
    KASSERT(table.present() || i >= kKernelFirstEntry || table.raw == 0);
    if (i >= kKernelFirstEntry) KASSERT(!table.user());
    if (i >= kKernelFirstEntry || !table.present()) continue;
    ++tables;
    const mm::FrameRecord& record = frames_.record(table.frame());
    KASSERT(record.use == FrameUse::PageTable && record.entries != 0);
    uint32_t present = 0;
    for (Entry& entry : directory_.table_at(table).entries) {
      const EntryValue value = entry.load();
      KASSERT(value.raw == 0 || (value.present() && value.user()));
      if (value.present()) ++present;
    }
    KASSERT(present == record.entries);
  }
  KASSERT(tables == table_frames_);
}

}  // namespace mobius::paging
