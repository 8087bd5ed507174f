// Port: what is seen of the use of an object's pages, in the translations that show them.
#pragma once

#include "base/lock.h"
#include "mm/frames/frame_record.h"

namespace mobius::mm {

// Of one page: no translation shows it, none that shows it has been used, or one has.
enum class Use : uint8_t { NotShown, Unused, Used };

class PageUse {
 public:
  // Locks: the memory lock, for all of them. Requires: the page is resident.
  // The page's use since its accessed bits were last cleared. Changes no bit.
  virtual Use use_of(const FrameRecord& record) REQUIRES(memory_lock) = 0;
  // Whether the page has been used since the last call for it. flush() before the lock is let go.
  virtual bool take_accessed(const FrameRecord& record) REQUIRES(memory_lock) = 0;
  virtual void flush() REQUIRES(memory_lock) = 0;

 protected:
  ~PageUse() = default;
};

}  // namespace mobius::mm
