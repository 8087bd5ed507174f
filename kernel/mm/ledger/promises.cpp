// The books of promises (promises.h).
#include "mm/ledger/promises.h"

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
  return static_cast<int64_t>(frames_.counts().free()) + frames_.counts().used(FrameUse::Image) +
         slots_left() - reserve_ - owed_;
}

// Page tables and the heap lie in the direct map for good. Those of promised blocks count twice.
int64_t Promises::left_direct() const {
  return static_cast<int64_t>(frames_.counts().direct()) - frames_.counts().kernel() - reserve_ -
         direct_;
}

Result<Promise> Promises::promise(Cost cost) {
  if (left() - image_reserve_ < cost.pages || left_direct() < cost.direct) {
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
  tell_frames();
}

void Promises::set_reserve(uint32_t frames) {
  reserve_ = frames;
  tell_frames();
}

void Promises::set_image_reserve(uint32_t frames) {
  image_reserve_ = frames;
  tell_frames();
}

void Promises::set_swap_capacity(uint32_t slots) {
  swap_capacity_ = slots;
  tell_frames();
}

void Promises::use_swap(int pages) {
  swapped_ += pages;
  tell_frames();
}

// Frames are set aside only for those promises that swap space could not take.
FrameAdmission Promises::admission() const {
  return {reserve_, frames_above(owed_, slots_left()), direct_, image_reserve_};
}

void Promises::tell_frames() { frames_.gate().set_admission(admission()); }

}  // namespace mobius::mm
