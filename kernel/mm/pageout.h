// PageOut: all that evicts pages, put together, for the one who wires a machine.
#pragma once

#include "mm/page_daemon.h"

namespace mobius::mm {

struct PageOut {
  // From here on `manager` knows the three. All that is passed outlives this.
  PageOut(MemoryManager& manager, ReplacementPolicy& policy, SwapPager& swap)
      : residency(manager, policy),
        eviction(manager, residency, swap),
        daemon(manager, eviction) {
    manager.residency = &residency;
    manager.page_daemon = &daemon;
    manager.swap = &swap;
  }
  PageOut(const PageOut&) = delete;

  Residency residency;
  Eviction eviction;
  PageDaemon daemon;
};

}  // namespace mobius::mm
