// SimUser: one process on the simulated machine: page tables, address space, and a processor's view
// of them, wired as proc/ wires the real one.
#pragma once

#include <string>

#include "mm/calls/vmm.h"
#include "mm/fault/fault.h"
#include "mm/space/address_space.h"
#include "sim/sim_machine.h"

namespace mobius::sim {

class SimUser {
 public:
  // Requires: there are frames for a directory and the space (asserted).
  explicit SimUser(SimMachine& machine)
      : machine_(machine),
        map_(*machine.create_map()),
        space_(*mm::AddressSpace::create(machine.manager, *map_)),
        process_{map_->directory(), [this](mm::PageFault f) { return resolve(f); }, 0} {}
  SimUser(const SimUser&) = delete;
  ~SimUser() {
    space_.reset();
    machine_.leave_map();
  }

  mm::AddressSpace& space() { return *space_; }
  paging::PageTables& map() { return *map_; }
  uint64_t faults() const { return process_.faults; }
  mm::FaultOutcome last_outcome() const { return last_; }

  SimCpu::Outcome<uint32_t> read32(VirtAddr a) { return machine_.cpu.read32(process_, a); }
  SimCpu::Outcome<> write32(VirtAddr a, uint32_t v) {
    return machine_.cpu.write32(process_, a, v);
  }
  SimCpu::Outcome<> read(VirtAddr a, std::span<std::byte> to) {
    return machine_.cpu.read(process_, a, to);
  }
  SimCpu::Outcome<> write(VirtAddr a, std::span<const std::byte> from) {
    return machine_.cpu.write(process_, a, from);
  }

  size_t region_count() {
    LockGuard guard(machine_.manager.lock);
    return space_->regions.count();
  }
  uint32_t locked_pages() {
    LockGuard guard(machine_.manager.lock);
    return space_->regions.locked_pages();
  }

  // The state of one page, as VmmQueryPages tells it.
  mm::PageState state(VirtAddr a) {
    mm::PageState state{};
    KASSERT(mm::vmm_query_pages(*space_, a, std::span(&state, 1)).value() == 1);
    return state;
  }
  // The states of pages as letters: - free, . uncommitted, c clean, D dirty, s paged out ...
  std::string draw(VirtAddr base, PageCount pages) {
    std::string states;
    for (PageCount i = 0; i < pages; ++i) {
      states += "-.cDsfxr"[static_cast<int>(state(pages_after(base, i)))];
    }
    return states;
  }

 private:
  mm::FaultOutcome resolve(mm::PageFault fault) {
    last_ = mm::resolve_fault(*space_, fault);
    return last_;
  }
  SimMachine& machine_;
  mm::KernelHeap::Owned<paging::PageTables> map_;
  mm::KernelHeap::Owned<mm::AddressSpace> space_;
  SimProcess process_;
  mm::FaultOutcome last_ = mm::FaultOutcome::Resolved;
};

}  // namespace mobius::sim
