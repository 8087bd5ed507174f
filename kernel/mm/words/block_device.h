// Port: a device that reads whole blocks.
#pragma once

#include "base/lock.h"
#include "base/result.h"
#include "base/units.h"

namespace mobius::mm {

class BlockDevice {
 public:
  virtual uint32_t block_bytes() const = 0;  // 2048 for a CD; a power of two <= kPageSize
  virtual uint64_t block_count() const = 0;

  // Reads `blocks` blocks from `first` into `into` (into.bytes == blocks * block_bytes()). The
  // calling thread sleeps, others run. Any frame will do, direct or not; the driver never touches
  // it again after the call returns.
  // Fails: IoError (after the driver's own retries), BadArgument (past the end).
  virtual Result<void> read(uint64_t first, uint32_t blocks, FrameSpan into)
      EXCLUDES(memory_lock) = 0;

 protected:
  ~BlockDevice() = default;
};

}  // namespace mobius::mm
