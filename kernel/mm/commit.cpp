// The books of promises (commit.h).
#include "mm/commit.h"

namespace mobius::mm {

void Promise::reduce(uint32_t pages) {
  KASSERT(pages <= pages_);
  if (pages == 0) return;
  pages_ -= pages;
  books_->promised_ -= pages;
  books_->set_owed(books_->owed_ - pages);
}

int64_t Promises::left() const {
  return static_cast<int64_t>(frames_.free_frames()) + frames_.used_frames(FrameUse::Image) +
         slots_left_ - reserve_ - owed_;
}

Result<Promise> Promises::promise(uint32_t pages) {
  if (left() - kept_for_images_ < pages) {
    ++refusals_;
    return Failure(Error::OutOfFrames);
  }
  promised_ += pages;
  set_owed(owed_ + pages);
  return Promise(*this, pages);
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

void Promises::set_slots_left(uint32_t slots) {
  slots_left_ = slots;
  set_floor();
}

void Promises::set_floor() {
  frames_.set_floor(reserve_, owed_ > slots_left_ ? owed_ - slots_left_ : 0);
  frames_.keep_for_images(kept_for_images_);
}

}  // namespace mobius::mm
