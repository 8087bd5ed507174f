// What is seldom counted of an object's pages (object_pages.h).
#include "mm/object_pages.h"

namespace mobius::mm {

void ObjectPages::count_rest(bool had_frame, bool was_in_swap, PageSlot now) {
  const int swapped = int{now.in_swap()} - int{was_in_swap};
  if (swapped != 0) {
    swapped_ += swapped;
    footprint_->swapped += swapped;
    manager_.promises.use_swap(swapped);
  }
  const int given = int{now.in_frame() || now.in_swap()} - int{had_frame || was_in_swap};
  if (given != 0 && promised()) promise_.give(given);
}

void ObjectPages::belong_to(Footprint& footprint) {
  footprint_->resident -= resident_;
  footprint_->swapped -= swapped_;
  footprint_ = &footprint;
  footprint_->resident += resident_;
  footprint_->swapped += swapped_;
}

}  // namespace mobius::mm
