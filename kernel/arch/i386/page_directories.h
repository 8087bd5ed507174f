// PageDirectories: the user halves of processes, behind the port of the process layer.
#pragma once

#include "arch/i386/paging/page_tables.h"
#include "mm/heap/kernel_heap.h"
#include "proc/ports/user_maps.h"

namespace mobius::arch {

class PageDirectories final : public proc::UserMaps {
 public:
  PageDirectories(paging::PagingMachine machine, mm::KernelHeap& heap)
      : machine_(machine), heap_(heap) {}
  PageDirectories(const PageDirectories&) = delete;

  Result<proc::UserMap*> create(mm::FrameClass who) override;
  void destroy(proc::UserMap& map) override;

  // What CR3 holds while it is loaded. Requires: `map` is from create().
  static uint32_t address_of(proc::UserMap& map);

 private:
  const paging::PagingMachine machine_;
  mm::KernelHeap& heap_;
};

}  // namespace mobius::arch
