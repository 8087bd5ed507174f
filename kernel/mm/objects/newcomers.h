// Newcomers: pages that came in by the last faults, until they have been used. If they could go at
// once, an instruction that needs two pages might never run: each page's fault would evict the
// other.
#pragma once

#include <algorithm>
#include <array>

#include "mm/frames/frame_record.h"

namespace mobius::mm {

class Newcomers {
 public:
  void add(FrameRecord& record) { last_[next_++ % last_.size()] = &record; }
  // The page has been used, or is none that could go.
  void remove(FrameRecord& record) {
    std::replace(last_.begin(), last_.end(), &record, static_cast<FrameRecord*>(nullptr));
  }
  bool contains(FrameRecord& record) const {
    return std::find(last_.begin(), last_.end(), &record) != last_.end();
  }

 private:
  std::array<FrameRecord*, 16> last_{};
  uint32_t next_ = 0;
};

}  // namespace mobius::mm
