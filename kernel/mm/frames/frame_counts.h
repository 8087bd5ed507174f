// FrameCounts: how many frames there are, how many are free, and who uses the others. A frame is
// counted as free or for one use, each frame of a run for itself. Free ones are counted for the
// whole and for what lies below the top zone (frame_zones.h): where there is RAM beyond the direct
// map, that is the direct map.
#pragma once

#include "mm/frames/frame_zones.h"

namespace mobius::mm {

class FrameCounts {
 public:
  static constexpr unsigned kUses = 16;

  // All frames of the zones are free.
  void initialize(const FrameZones& zones) {
    top_begin_ = zones.top_begin();
    for (unsigned zone = 0; zone < FrameZones::kZones; ++zone) {
      total_ += zones.frames_of(zone);
      if (zones[zone].span().begin < top_begin_) free_lower_ += zones.frames_of(zone);
    }
    free_ = total_;
    direct_ = total_ - zones.frames_of(FrameZones::kBeyondDirect);
  }

  uint32_t total() const { return total_; }    // handed out and free, records not counted
  uint32_t direct() const { return direct_; }  // of these, in the direct map
  bool has_more_than_direct() const { return direct_ != total_; }
  uint32_t free() const { return free_; }  // zeroed and on standby included
  uint32_t free_lower() const { return free_lower_; }  // of these, below the top zone
  uint32_t free_direct() const { return has_more_than_direct() ? free_lower_ : free_; }
  uint32_t used(FrameUse use) const { return used_[static_cast<unsigned>(use)]; }
  uint32_t kernel() const {  // page tables and heap: they do not go
    return used(FrameUse::PageTable) + used(FrameUse::Slab);
  }

  // A frame of the top zone comes or goes.
  void take_top(FrameUse use) {
    --free_;
    ++used_[static_cast<unsigned>(use)];
  }
  void give_top(uint32_t use) {
    --used_[use];
    ++free_;
  }
  // A frame that has come by give_top() lies below the top zone if it does.
  void lies_at(FrameNumber frame) {
    if (frame < top_begin_) ++free_lower_;
  }
  // n frames of one zone, from `first` on, come or go.
  void take(FrameNumber first, uint32_t n, FrameUse use) {
    KASSERT(use > FrameUse::FreeZeroed);
    used_[static_cast<unsigned>(use)] += n;
    free_ -= n;
    if (first < top_begin_) free_lower_ -= n;
  }
  void give(FrameNumber first, uint32_t n, FrameUse use) {
    used_[static_cast<unsigned>(use)] -= n;
    free_ += n;
    if (first < top_begin_) free_lower_ += n;
  }

 private:
  FrameNumber top_begin_{};
  uint32_t total_ = 0;
  uint32_t direct_ = 0;
  uint32_t free_ = 0;
  uint32_t free_lower_ = 0;
  uint32_t used_[kUses] = {};
};

}  // namespace mobius::mm
