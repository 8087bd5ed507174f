// MachinePaging: what this machine does when memory is short: a replacement policy, chosen at boot
// by `policy=NAME`, the swap pager, and the page daemon's thread.
//
// The option `usable-frames=N` hides RAM: no more than N frames are left for programs (their pages,
// page tables and books) before the page daemon is woken.
#pragma once

#include <array>

#include "mm/paging/paging.h"
#include "mm/replacement/registry.h"
#include "proc/processes/system.h"

namespace mobius {

class MachinePaging {
 public:
  // `policy`: of mm/replacement/registry.h (asserted); empty for the default. All that is passed
  // outlives this.
  MachinePaging(mm::MemoryManager& manager, std::string_view policy);
  MachinePaging(const MachinePaging&) = delete;

  // Starts the page daemon, with a disk for swap space if there is one (null: none). Called once,
  // by a thread. From here on memory may run short.
  void start(proc::System& system, mm::PageDevice* device);

 private:
  // The shell, ps and kill need this many frames, with what the kernel needs to start them (S1).
  static constexpr uint32_t kPromisedFrames = 96;
  // The code and constants of a few programs, when swap space is full.
  static constexpr uint32_t kImageReserve = 32;

  mm::MemoryManager& manager_;
  alignas(mm::kPolicyAlignment) std::array<std::byte, mm::kPolicyStorage> storage_;
  mm::SwapPager pager_;
  mm::Paging paging_;
};

}  // namespace mobius
