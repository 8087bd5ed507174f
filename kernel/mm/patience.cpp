// Patience with others who take the frames first (patience.h).
#include "mm/patience.h"

namespace mobius::mm {

bool Patience::wait_for_frames(Claim claim) {
  if (pageout_ == nullptr) return false;
  ++waits_;
  // A page that is being read or written can go next; but not for ever.
  if (waits_ > kMost && (waits_ > 2 * kMost || !pageout_->wait_for_transfer())) return false;
  // It may be one page that comes and goes, for want of a second frame: a promise is worth more.
  if (claim == Claim::Promised && waits_ % kStarving == 0) (void)pageout_->try_stuck_pages_again();
  if (waits_ < kStarving) return pageout_->wait_for_frames(claim);
  pageout_->somebody_starves(1);
  const bool there_may_be_some = pageout_->wait_for_frames(claim);
  pageout_->somebody_starves(-1);
  return there_may_be_some;
}

}  // namespace mobius::mm
