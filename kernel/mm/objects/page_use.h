// Port: what is seen of the use of an object's pages, in the translations that show them.
#pragma once

#include "base/lock.h"
#include "mm/frames/frame_record.h"

namespace mobius::mm {

// Of one page: nobody has a translation, or none that has been used, or some has.
enum class Use : uint8_t { NotShown, Unused, Used };

class PageUse {
 public:
  // Locks: the memory lock, for all of them. Requires: the page is resident.
  // By all that has been done since its bits were cleared last. They stay as they are.
  virtual Use use_of(const FrameRecord& record) REQUIRES(memory_lock) = 0;
  // Whether the page has been used since that was last asked. flush() before the lock is let go.
  virtual bool take_accessed(const FrameRecord& record) REQUIRES(memory_lock) = 0;
  virtual void flush() REQUIRES(memory_lock) = 0;

 protected:
  ~PageUse() = default;
};

}  // namespace mobius::mm
