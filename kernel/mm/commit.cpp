// The books of promises (commit.h).
#include "mm/commit.h"

namespace mobius::mm {

void Promise::reduce(Cost cost) {
  KASSERT(cost.pages <= cost_.pages && cost.direct <= cost_.direct);
  if (cost.pages == 0) return;
  cost_ = cost_ - cost;
  books_->promised_ -= cost.pages;
  books_->direct_ -= cost.direct;
  books_->set_owed(books_->owed_ - cost.pages);
}

void Promise::give(int pages) { books_->set_owed(books_->owed_ - pages); }

int64_t Promises::left() const {
  return static_cast<int64_t>(frames_.free_frames()) + frames_.used_frames(FrameUse::Image) +
         slots_left() - reserve_ - owed_;
}

// Page tables and the heap lie there, and do not go. Those of blocks that are promised count twice.
int64_t Promises::left_direct() const {
  return static_cast<int64_t>(frames_.direct_frames()) - frames_.kernel_frames() - reserve_ -
         direct_;
}

Result<Promise> Promises::promise(Cost cost) {
  if (left() - kept_for_images_ < cost.pages || left_direct() < cost.direct) {
    ++refusals_;
    return Failure(Error::OutOfFrames);
  }
  promised_ += cost.pages;
  direct_ += cost.direct;
  set_owed(owed_ + cost.pages);
  return Promise(*this, cost);
}

void Promises::set_owed(uint32_t pages) {
  owed_ = pages;
  set_floor();
}

void Promises::set_reserve(uint32_t frames) {
  reserve_ = frames;
  set_floor();
}

void Promises::set_kept_for_images(uint32_t frames) {
  kept_for_images_ = frames;
  set_floor();
}

void Promises::set_swap_capacity(uint32_t slots) {
  swap_capacity_ = slots;
  set_floor();
}

void Promises::use_swap(int pages) {
  swapped_ += pages;
  set_floor();
}

void Promises::set_floor() {
  frames_.set_floor(reserve_, owed_ > slots_left() ? owed_ - slots_left() : 0, direct_);
  frames_.keep_for_images(kept_for_images_);
}

}  // namespace mobius::mm
