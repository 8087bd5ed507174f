// The page directories of processes: see page_directories.h.
#include "arch/i386/page_directories.h"

#include "arch/i386/kernel_directory.h"
#include "arch/i386/memory_layout.h"
#include "arch/i386/registers.h"

namespace mobius::arch {

namespace {

FrameNumber kernel_directory_frame() {
  return {physical(reinterpret_cast<uint32_t>(kernel_directory)) >> kPageShift};
}

}  // namespace

Result<proc::UserMap*> PageDirectories::create(mm::FrameClass who) {
  mm::OwnedFrame directory = TRY(paging::PageDirectory::make(
      machine_.memory, machine_.frames, kernel_directory_frame(), who));
  auto tables = TRY(heap_.create<paging::PageTables>(machine_, std::move(directory)));
  return tables.release();
}

uint32_t PageDirectories::address_of(proc::UserMap& map) {
  return static_cast<paging::PageTables&>(map).directory().value << kPageShift;
}

void PageDirectories::destroy(proc::UserMap& map) {
  if (read_cr3() == address_of(map)) write_cr3(kernel_directory_frame().value << kPageShift);
  KASSERT(read_cr3() != address_of(map));  // else the kernel runs on by a freed directory
  heap_.destroy(&static_cast<paging::PageTables&>(map));
}

}  // namespace mobius::arch
