// Paging: all that evicts pages, put together, for the one who wires a machine.
#pragma once

#include "mm/paging/page_daemon.h"
#include "mm/space/accessed_bits.h"
#include "mm/swap/swap_pager.h"

namespace mobius::mm {

struct Paging {
  // From here on `manager` knows the four. All that is passed outlives this.
  Paging(MemoryManager& manager, ReplacementPolicy& policy, SwapPager& swap)
      : residency(manager, policy, use),
        eviction(manager, residency),
        daemon(manager, eviction) {
    manager.residency = &residency;
    manager.page_daemon = &daemon;
    manager.swap = &swap;
    manager.default_pager = &swap;
  }
  Paging(const Paging&) = delete;

  AccessedBits use;
  Residency residency;
  Eviction eviction;
  PageDaemon daemon;
};

}  // namespace mobius::mm
