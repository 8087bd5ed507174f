// Copying between the kernel and user memory: range check, then a copy whose faults are resolved on
// the way, or end the copy with the reason.
#pragma once

#include "arch/i386/trap_frame.h"
#include "proc/ports/user_memory.h"

namespace mobius::arch {

// proc/ports/user_memory.h has the contracts.
class UserCopy final : public proc::UserMemory {
 public:
  Result<void> read(void* to, VirtAddr from, uint32_t bytes) override;
  Result<void> write(VirtAddr to, const void* from, uint32_t bytes) override;
};

// For page_fault.cpp: whether a kernel fault is one of a copy in progress; and the end of such a
// copy, once the fault's frame is returned to.
bool is_user_copy(const TrapFrame& frame);
void fail_user_copy(TrapFrame& frame, Error reason);

}  // namespace mobius::arch
