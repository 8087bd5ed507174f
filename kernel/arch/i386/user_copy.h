// Copying between the kernel and user memory: range check, then a copy whose faults are resolved on
// the way, or end the copy with the reason.
#pragma once

#include "arch/i386/trap_frame.h"
#include "base/result.h"
#include "base/units.h"
#include "mm/fault.h"

namespace mobius::arch {

// Locks: none held. Fails: BadAddress, IoError, OutOfFrames; some bytes may have been copied then.
Result<void> copy_from_user(void* to, VirtAddr from, uint32_t bytes);
Result<void> copy_to_user(VirtAddr to, const void* from, uint32_t bytes);

// For page_fault.cpp: whether a kernel fault is one of a copy in progress; and the end of such a
// copy, once the fault's frame is returned to.
bool is_user_copy(const TrapFrame& frame);
void fail_user_copy(TrapFrame& frame, Error reason);

}  // namespace mobius::arch
