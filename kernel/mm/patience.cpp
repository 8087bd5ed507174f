// Patience with others who take the frames first (patience.h).
#include "mm/patience.h"

namespace mobius::mm {

bool Patience::wait_for_frames(Claim claim) {
  if (pageout_ == nullptr) return false;
  if (++waits_ == kStarving) pageout_->somebody_starves(1);
  // A page that somebody is reading in can go next; but not for ever.
  if (waits_ > kMost && (waits_ > 2 * kMost || !pageout_->wait_for_read())) return false;
  return pageout_->wait_for_frames(claim);
}

void Patience::start_over() {
  if (waits_ >= kStarving) pageout_->somebody_starves(-1);
  waits_ = 0;
}

void Patience::served() {
  start_over();
  if (pageout_ != nullptr) pageout_->give_way();
}

}  // namespace mobius::mm
