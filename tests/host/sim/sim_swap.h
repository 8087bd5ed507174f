// SimSwap: the page-out part of a simulated machine: device, swap space, policy, page daemon.
#pragma once

#include <array>

#include "mm/paging/frame_wait.h"
#include "mm/paging/paging.h"
#include "mm/replacement/registry.h"
#include "sim/sim_machine.h"
#include "sim/sim_page_device.h"

namespace mobius::sim {

struct SimSwapConfig {
  uint64_t pages = 2048;  // of the device, its header included; 0: no swap space
  uint32_t low = 8;       // watermark
  std::string_view policy = mm::kDefaultPolicy;
  uint64_t seed = 1;
};

class SimSwap {
 public:
  // The daemon is a fiber; it ends with finish().
  explicit SimSwap(SimMachine& machine, const SimSwapConfig& config = {})
      : machine_(machine),
        device(machine.memory, machine.scheduler, std::max<uint64_t>(config.pages, 1),
               config.seed),
        pager(machine.manager),
        policy(*mm::make_policy(config.policy, storage_)),
        paging(machine.manager, policy, pager) {
    if (config.pages != 0) KASSERT(pager.swap_on(device).has_value());
    paging.daemon.start(config.low);
    machine.scheduler.spawn([this] { daemon(); });
  }
  SimSwap(const SimSwap&) = delete;

  // No more evictions; the daemon's fiber ends. Call before the scheduler goes.
  void finish() {
    ending_ = true;
    machine_.scheduler.wake(this);
  }

  uint32_t free_slots() {
    LockGuard guard(machine_.manager.lock);
    return pager.slots().free();
  }
  uint32_t total_slots() {
    LockGuard guard(machine_.manager.lock);
    return pager.slots().total();
  }
  uint32_t retired_slots() {
    LockGuard guard(machine_.manager.lock);
    return pager.slots().retired();
  }
  uint32_t swapped_pages() {
    LockGuard guard(machine_.manager.lock);
    return pager.swapped_pages();
  }
  uint32_t checksum_errors() {
    LockGuard guard(machine_.manager.lock);
    return pager.checksum_errors();
  }

 private:
  SimMachine& machine_;
  alignas(mm::kPolicyAlignment) std::array<std::byte, mm::kPolicyStorage> storage_;
  bool ending_ = false;

  void daemon() {
    while (!ending_) {
      if (paging.daemon.wanted()) {
        paging.daemon.run_round();
      } else {
        machine_.scheduler.sleep(5);
      }
    }
  }

 public:
  SimPageDevice device;
  mm::SwapPager pager;
  mm::ReplacementPolicy& policy;
  mm::Paging paging;
};

}  // namespace mobius::sim
