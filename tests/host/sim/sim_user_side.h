// SimUserSide: processes' memory on a simulated machine, as the kernel and its programs reach it:
// through the simulated MMU, fault for fault. Copies that fault inside the kernel end with the
// reason, a user access whose fault is not resolved ends the process.
#pragma once

#include "proc/ports/user_maps.h"
#include "proc/ports/user_memory.h"
#include "sim/sim_machine.h"

namespace mobius::sim {

class SimUserSide final : public proc::UserMaps, public proc::UserMemory {
 public:
  explicit SimUserSide(SimMachine& machine) : machine_(machine) {}
  SimUserSide(const SimUserSide&) = delete;

  // For user code. A load or store of one byte; a fault that is not resolved ends the process.
  uint8_t load(VirtAddr from);
  void store(VirtAddr to, uint8_t value);
  void return_to_user();

  Result<proc::UserMap*> create(mm::FrameClass who) override;
  void destroy(proc::UserMap& map) override;
  Result<void> read(void* to, VirtAddr from, uint32_t bytes) override;
  Result<void> write(VirtAddr to, const void* from, uint32_t bytes) override;

 private:
  std::byte* user_byte(VirtAddr a, MemoryAccess access);
  Result<void> copy(VirtAddr user, std::byte* kernel, uint32_t bytes, MemoryAccess access);

  SimMachine& machine_;
};

}  // namespace mobius::sim
