// Patience with others who take the frames first (patience.h).
#include "mm/patience.h"

namespace mobius::mm {

bool Patience::wait_for_frames(Claim claim) {
  PageDaemon* const daemon = manager_.page_daemon;
  if (daemon == nullptr) return false;
  ++waits_;
  // A page that is being read or written can go next; but not for ever.
  if (waits_ > kMost && (waits_ > 2 * kMost || !daemon->wait_for_transfer())) return false;
  // It may be one page that comes and goes, for want of a second frame: a promise is worth more.
  if (claim == Claim::Promised && waits_ % kStarving == 0) (void)daemon->retry_stuck_pages();
  if (waits_ < kStarving) return daemon->wait_for_frames(claim);
  const PageDaemon::Starved starved(manager_);
  return daemon->wait_for_frames(claim);
}

}  // namespace mobius::mm
