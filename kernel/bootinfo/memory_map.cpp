// The memory map as a sweep from frame 1 upwards: find the next available frame, skip what is
// reserved, run on to where availability ends or a reservation begins. Nothing is sorted or copied.
#include "bootinfo/memory_map.h"

#include <algorithm>
#include <limits>

namespace mobius::bootinfo {
namespace {

constexpr FrameRange kNothing{{0}, {0}};

constexpr FrameNumber clip(uint64_t frame) {
  return {static_cast<uint32_t>(std::min<uint64_t>(frame, kFramesEnd.value))};
}

// Whole frames inside an available entry; empty for any other, and for one that wraps: its end is
// below its beginning then.
constexpr FrameRange available_frames(const MemoryMapEntry& e) {
  if (!e.available) return kNothing;
  const uint64_t first = (e.base >> kPageShift) + ((e.base & kPageOffsetMask) != 0);
  return {clip(first), clip((e.base + e.length) >> kPageShift)};
}

// Frames touched by bytes [begin, end).
constexpr FrameRange touched_frames(uint64_t begin, uint64_t end) {
  if (begin >= end) return kNothing;
  return {clip(begin >> kPageShift), clip(((end - 1) >> kPageShift) + 1)};
}

constexpr FrameRange blocked_frames(const MemoryMapEntry& e) {
  if (e.available) return kNothing;
  const uint64_t room = std::numeric_limits<uint64_t>::max() - e.base;
  return touched_frames(e.base, e.base + std::min(e.length, room));
}

struct Sweep {
  std::span<const MemoryMapEntry> map;
  std::span<const PhysRange> reserved;

  template <typename Visit>
  void each_available(Visit visit) const {
    for (const MemoryMapEntry& e : map) {
      const FrameRange r = available_frames(e);
      if (r.begin < r.end) visit(r);
    }
  }

  template <typename Visit>
  void each_blocked(Visit visit) const {
    visit(kFirmwareFrames);
    for (const PhysRange& r : reserved) {
      visit(touched_frames(static_cast<uint64_t>(r.begin), static_cast<uint64_t>(r.end)));
    }
    for (const MemoryMapEntry& e : map) visit(blocked_frames(e));
  }

  // The first available frame at or above `at`; kFramesEnd if there is none.
  FrameNumber next_available(FrameNumber at) const {
    FrameNumber next = kFramesEnd;
    each_available([&](FrameRange r) {
      if (at < r.end) next = std::min(next, std::max(at, r.begin));
    });
    return next;
  }

  // Where the availability that `at` lies in ends, across entries that touch or overlap.
  FrameNumber availability_end(FrameNumber at) const {
    for (FrameNumber end = at;;) {
      FrameNumber further = end;
      each_available([&](FrameRange r) {
        if (r.begin <= end) further = std::max(further, r.end);
      });
      if (further == end) return end;
      end = further;
    }
  }

  // The end of a reservation that covers `at`, or `at` itself where none does.
  FrameNumber past_reservation(FrameNumber at) const {
    FrameNumber past = at;
    each_blocked([&](FrameRange r) {
      if (r.contains(at)) past = std::max(past, r.end);
    });
    return past;
  }

  // The beginning of the next reservation above `at`, at most `end`.
  FrameNumber next_reservation(FrameNumber at, FrameNumber end) const {
    each_blocked([&](FrameRange r) {
      if (at < r.begin) end = std::min(end, r.begin);
    });
    return end;
  }
};

}  // namespace

uint32_t UsableFrames::total_frames() const {
  uint32_t total = 0;
  for (const FrameRange& r : ranges()) total += r.size_frames();
  return total;
}

void UsableFrames::append(FrameRange range) {
  KASSERT(range.begin < range.end);
  KASSERT(count_ == 0 || ranges_[count_ - 1].end < range.begin);
  if (count_ < kCapacity) {
    ranges_[count_++] = range;
    return;
  }
  const auto smallest = std::ranges::min_element(ranges_, {}, &FrameRange::size_frames);
  if (range.size_frames() < smallest->size_frames()) {
    dropped_ += range.size_frames();
    return;
  }
  dropped_ += smallest->size_frames();
  std::move(smallest + 1, ranges_.end(), smallest);
  ranges_.back() = range;
}

Result<UsableFrames> usable_frames(std::span<const MemoryMapEntry> map,
                                   std::span<const PhysRange> reserved) {
  const Sweep sweep{map, reserved};
  UsableFrames usable;
  for (FrameNumber at = sweep.next_available(kFirstUsableFrame); at < kFramesEnd;
       at = sweep.next_available(at)) {
    if (const FrameNumber past = sweep.past_reservation(at); past != at) {
      at = past;
      continue;
    }
    const FrameNumber end = sweep.next_reservation(at, sweep.availability_end(at));
    usable.append({at, end});
    at = end;
  }
  if (usable.ranges().empty()) return Failure(Error::OutOfFrames);
  return usable;
}

}  // namespace mobius::bootinfo
