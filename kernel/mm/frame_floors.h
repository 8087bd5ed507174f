// FrameFloors: how many frames a request leaves free, by its claim (frame_request.h): of all, and
// in the direct map, where there is RAM beyond it. Pure.
#pragma once

#include <algorithm>

#include "mm/frame_request.h"

namespace mobius::mm {

class FrameFloors {
 public:
  // `direct`: of what is promised, that part which must lie in the direct map. It is a part of the
  // floor as a whole: where slots of swap space make up for promised pages, they do so for it last.
  constexpr void set(uint32_t reserve, uint32_t promised, uint32_t direct) {
    reserve_ = reserve;
    floor_ = reserve + promised;
    direct_ = std::min(direct, promised);
  }
  constexpr void keep_for_images(uint32_t frames) { kept_for_images_ = frames; }

  // Of all frames, while images have n.
  constexpr uint32_t of(Claim claim, uint32_t images) const {
    switch (claim) {
      case Claim::Promised: return 0;
      case Claim::Returning: return reserve_;
      case Claim::Unpromised: return floor_;
      case Claim::Growth: return floor_ + left_to_images(images);
    }
    __builtin_unreachable();
  }
  // Of those in the direct map. Promised pages take frames there when no others are left: by the
  // books (commit.h) there are enough then, or pages there can go.
  constexpr uint32_t in_direct_map(Claim claim) const {
    return claim == Claim::Promised ? 0 : reserve_ + direct_;
  }
  constexpr bool images_have_more_than_kept(uint32_t images) const {
    return images > kept_for_images_;
  }
  // With that many free, every request may have one.
  constexpr uint32_t highest() const { return floor_ + kept_for_images_; }

 private:
  constexpr uint32_t left_to_images(uint32_t images) const {
    return kept_for_images_ - std::min(images, kept_for_images_);
  }

  uint32_t floor_ = 0;
  uint32_t reserve_ = 0;  // a part of it
  uint32_t direct_ = 0;   // another: of what is promised
  uint32_t kept_for_images_ = 0;
};

// What is above the floor.
constexpr uint32_t frames_above(uint32_t frames, uint32_t floor) {
  return frames - std::min(frames, floor);
}

}  // namespace mobius::mm
