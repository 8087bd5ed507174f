// Port: the memory of the running process, as the kernel copies it. Implemented by
// arch/i386/user_copy.h.
#pragma once

#include "base/lock.h"
#include "base/result.h"
#include "base/units.h"

namespace mobius::proc {

// Faults are resolved on the way; a copy sleeps where a page has to come from disk.
// Fails: BadAddress, IoError, OutOfFrames; some bytes may have been copied then.
class UserMemory {
 public:
  virtual Result<void> read(void* to, VirtAddr from, uint32_t bytes) EXCLUDES(memory_lock) = 0;
  virtual Result<void> write(VirtAddr to, const void* from, uint32_t bytes)
      EXCLUDES(memory_lock) = 0;

 protected:
  ~UserMemory() = default;
};

}  // namespace mobius::proc
