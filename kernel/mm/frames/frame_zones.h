// FrameZones: all frames of RAM in three zones: below 16 MiB, the rest of the direct map, RAM above
// it. The top zone is the highest that has RAM: what can lie anywhere comes from there first.
#pragma once

#include <algorithm>

#include "mm/frames/frame_allocator_zone.h"
#include "mm/words/frame_request.h"

namespace mobius::mm {

class FrameZones {
 public:
  static constexpr unsigned kZones = 3;
  static constexpr unsigned kBeyondDirect = 2;  // the zone above the direct map

  FrameZones() = default;
  FrameZones(const FrameZones&) = delete;
  // Requires: called once, before all else.
  void initialize(FrameNumber direct_end);
  // What is free of the range is in the zones from now on. Requires: records say Free, inside.
  void add(const FrameRecords& records, FrameRange usable);

  FrameZone& operator[](unsigned zone) { return zones_[zone]; }
  const FrameZone& operator[](unsigned zone) const { return zones_[zone]; }
  FrameZone& top() { return *top_; }
  FrameNumber top_begin() const { return top_->span().begin; }
  // The zone that the frame lies in.
  FrameZone& of(FrameNumber f) {
    return zones_[(f >= zones_[1].span().begin) + (f >= zones_[2].span().begin)];
  }
  // Back to its zone. Requires: the record says Free, kOrderHot.
  void give_one(FrameRecord& record);
  // Of the zones with RAM, the highest where a request for that place is served.
  unsigned highest(Placement placement) const {
    return std::min(kZones - 1 - static_cast<unsigned>(placement), top_zone_);
  }
  // How many frames were added to the zone.
  uint32_t frames_of(unsigned zone) const { return frames_[zone]; }

  // Whether single frames are kept hot from now on, or none is.
  void keep_hot(bool keep);

 private:
  void add_to(unsigned zone, const FrameRecords& records, FrameRange usable);

  FrameZone zones_[kZones];
  uint32_t frames_[kZones] = {};
  unsigned top_zone_ = 0;
  FrameZone* top_ = &zones_[0];
};

}  // namespace mobius::mm
