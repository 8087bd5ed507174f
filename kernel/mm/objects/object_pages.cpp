// What is seldom counted of an object's pages (object_pages.h).
#include "mm/objects/object_pages.h"

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

void ObjectPages::move_to(Footprint& footprint) {
  footprint_->lose(resident_);
  footprint_->swapped -= swapped_;
  footprint_->slot_bytes -= slot_bytes();
  footprint.resident += resident_;
  footprint.swapped += swapped_;
  footprint.slot_bytes += slot_bytes();
}

template <typename F>
auto ObjectPages::change_slots(F&& change) {
  const uint32_t before = slot_bytes();
  auto changed = change();
  footprint_->slot_bytes += slot_bytes() - before;
  return changed;
}

// A directory may stay although its leaf cannot be had.
Result<PageSlot*> ObjectPages::make_slot(PageIndex page) {
  return change_slots([&]() REQUIRES(memory_lock) { return slots_.get(page); });
}

Result<void> ObjectPages::resize_slots(PageCount pages, FrameClass who) {
  return change_slots([&]() REQUIRES(memory_lock) { return slots_.resize(pages, who); });
}

Result<void> ObjectPages::make_all_slots(FrameClass who) {
  return change_slots([&]() REQUIRES(memory_lock) { return slots_.make_all(who); });
}

void ObjectPages::give_leaves(PageIndex first, PageIndex end) {
  (void)change_slots([&]() REQUIRES(memory_lock) {
    slots_.give_leaves(first, end);
    return true;
  });
}

}  // namespace mobius::mm
