// Port: a disk that keeps pages, for swap space.
#pragma once

#include <span>

#include "base/lock.h"
#include "base/result.h"
#include "base/units.h"
#include "mm/words/transfer.h"

namespace mobius::mm {

class PageDevice {
 public:
  static constexpr uint32_t kMaxPages = 64;  // of one transfer

  virtual uint64_t page_count() const = 0;

  // Whether it has been given up: no answer to several transfers in a row. It stays so, and every
  // transfer fails at once with TimedOut.
  virtual bool gone() const = 0;

  // Requests that wait or are under way: now, and the most at one time since boot.
  struct QueueLength {
    uint32_t now = 0, longest = 0;
  };
  virtual QueueLength queue_length() const = 0;

  // Moves whole pages between the device, from its page `first` on, and `frames`, in their order.
  // The calling thread sleeps until it is done, others run; several threads may call at once. Any
  // frame will do, direct or not; none is touched any more after the return.
  // Requires: 1..kMaxPages frames.
  // Fails: IoError (after the driver's own retries; any part may have been moved), TimedOut (as
  // IoError, but the device did not answer: no other transfer is worth trying in its place),
  // BadArgument (past the end; nothing has been moved).
  virtual Result<void> transfer(Transfer direction, uint64_t first,
                                std::span<const FrameNumber> frames)
      EXCLUDES(memory_lock) = 0;

 protected:
  ~PageDevice() = default;
};

}  // namespace mobius::mm
