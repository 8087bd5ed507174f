// FrameAdmission: who may take a frame, as a table. The ledger (promises.h) says how many frames
// are set aside for what; a request takes frames as long as those that its class (frame_request.h)
// leaves to others stay free. Pure.
//
//                of all frames                    in the direct map, where there is RAM beyond it
//   Promised     0                                0
//   Returning    reserve                          reserve + direct
//   Normal       reserve + promised               reserve + direct
//   Growth       reserve + promised + images,     reserve + direct
//                less the frames images have
//
// Three watermarks of free frames follow from it: with fewer than `low` the page daemon begins a
// round (page_daemon.h), with `high` it ends one, and `min` is what they count from.
//
// Promised pages take frames of the direct map when no others are left: by the ledger there are
// enough then, or pages there can go.
#pragma once

#include <algorithm>

#include "mm/words/frame_request.h"

namespace mobius::mm {

struct FrameAdmission {
  uint32_t reserve = 0;   // for promised threads (S1), and for pages on their way
  uint32_t promised = 0;  // for promised pages that are not given yet
  uint32_t direct = 0;    // in the direct map, for promised page tables and slots
  uint32_t images = 0;    // for images, what they have included

  constexpr uint32_t must_stay_free(FrameClass who, uint32_t images_have) const {
    switch (who) {
      case FrameClass::Promised: return 0;
      case FrameClass::Returning: return reserve;
      case FrameClass::Normal: return reserve + promised;
      case FrameClass::Growth: return reserve + promised + images - std::min(images, images_have);
    }
    __builtin_unreachable();
  }
  // `direct` is a part of what is promised: where slots of swap space make up for promised pages,
  // they do so for it last.
  constexpr uint32_t must_stay_free_direct(FrameClass who) const {
    return who == FrameClass::Promised ? 0 : reserve + std::min(direct, promised);
  }
  constexpr bool images_exceed_reserve(uint32_t images_have) const { return images_have > images; }
  // The watermark below the others: what growth leaves free while images have no frame. With more
  // free, each request may have one.
  constexpr uint32_t min() const { return reserve + promised + images; }
};

// What is above the floor.
constexpr uint32_t frames_above(uint32_t frames, uint32_t floor) {
  return frames - std::min(frames, floor);
}

}  // namespace mobius::mm
