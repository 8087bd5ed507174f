// FreedRanges: where blocks were until lately, for the words of a report.
#pragma once

#include <algorithm>
#include <array>

#include "base/units.h"

namespace mobius::mm {

class FreedRanges {
 public:
  void note(VirtRange range) { ranges_[next_++ % ranges_.size()] = range; }
  bool contain(VirtAddr a) const {
    return std::any_of(ranges_.begin(), ranges_.end(),
                       [a](const VirtRange& range) { return range.contains(a); });
  }

 private:
  std::array<VirtRange, 32> ranges_{};  // the last ones
  uint32_t next_ = 0;
};

}  // namespace mobius::mm
