// Port: the bytes of a file, for an object that pages from it.
#pragma once

#include "base/lock.h"
#include "base/result.h"
#include "base/units.h"

namespace mobius::mm {

class ByteSource {
 public:
  virtual uint64_t size_bytes() const = 0;

  // Reads `into.bytes` bytes from `offset`; what lies past the end of the file reads as zeros.
  // The calling thread may sleep. Fails: IoError, OutOfFrames.
  virtual Result<void> read(uint64_t offset, FrameSpan into) EXCLUDES(memory_lock) = 0;

 protected:
  ~ByteSource() = default;
};

}  // namespace mobius::mm
