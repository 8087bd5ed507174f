// Whose turn it is: see turns.h.
#include "proc/threads/turns.h"

namespace mobius::proc {

QueuedThread* Turns::take_instead_of(QueuedThread& running) {
  const bool slice_over = running.slice_ticks == 0;
  if (slice_over) begin(running);
  if (!any_from(running.level)) return nullptr;
  if (ready_.highest() == running.level && !slice_over) return nullptr;
  // The one to run is taken before this one joins its queue: it must not be its own successor.
  QueuedThread& next = take_next();
  if (slice_over) {
    ready_.push_back(running);
  } else {
    ready_.insert(running);
  }
  return &next;
}

bool Turns::raise_overdue() {
  if (ticks_ - raised_at_ < kRaiseEveryTicks) return false;
  QueuedThread* oldest = ready_.oldest();
  if (oldest == nullptr || ticks_ - oldest->ready_since < kPatienceTicks) return false;
  ready_.remove(*oldest);
  oldest->level = kOverdueLevel;
  oldest->slice_ticks = kSliceTicks;
  ready_.push_back(*oldest);
  raised_at_ = ticks_;
  return true;
}

}  // namespace mobius::proc
