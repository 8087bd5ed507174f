// Building the frame records out of the very RAM they describe.
#include "mm/frames/frame_allocator_records.h"

#include <algorithm>
#include <new>

namespace mobius::mm {

namespace {

// Takes whole frames from the ends of usable ranges, from the highest directly mapped one down.
class Carver {
 public:
  Carver(std::span<const FrameRange> usable, FrameNumber direct_end)
      : usable_(usable), left_(usable.size()), direct_end_(direct_end) {}

  // Contiguous frames; kNoFrame when no range has room. What is passed over stays usable.
  FrameNumber take(uint32_t frames) {
    while (room() < frames) {
      if (left_ == 0) return kNoFrame;
      --left_;
      begin_ = usable_[left_].begin;
      end_ = std::min(usable_[left_].end, direct_end_);
    }
    end_.value -= frames;
    return end_;
  }

 private:
  uint32_t room() const { return begin_ < end_ ? end_ - begin_ : 0; }

  std::span<const FrameRange> usable_;
  size_t left_;  // ranges not looked at yet
  const FrameNumber direct_end_;
  FrameNumber begin_{}, end_{};
};

uint32_t usable_in(std::span<const FrameRange> usable, FrameRange part) {
  uint32_t frames = 0;
  for (const FrameRange& range : usable) {
    FrameNumber begin = std::max(range.begin, part.begin);
    FrameNumber end = std::min(range.end, part.end);
    if (begin < end) frames += end - begin;
  }
  return frames;
}

}  // namespace

Result<void> FrameRecords::build(const FrameMemory& memory, std::span<const FrameRange> usable) {
  KASSERT(sections_ == nullptr);
  if (usable.empty()) return Failure(Error::OutOfFrames);
  Carver carver(usable, memory.direct_end());
  uint32_t count = ((usable.back().end.value - 1) >> kSectionShift) + 1;
  section_count_ = count;
  FrameNumber directory = carver.take(directory_frames());
  section_count_ = 0;
  if (directory == kNoFrame) return Failure(Error::OutOfFrames);
  auto** sections = memory.direct_as<FrameRecord*>(directory);
  for (uint32_t i = 0; i < count; ++i) {
    FrameRange part{{i << kSectionShift}, {(i + 1) << kSectionShift}};
    sections[i] = nullptr;
    if (usable_in(usable, part) <= kFramesForRecords) continue;
    FrameNumber place = carver.take(kFramesForRecords);
    if (place == kNoFrame) return Failure(Error::OutOfFrames);
    sections[i] = memory.direct_as<FrameRecord>(place);
    for (uint32_t n = 0; n < kSectionFrames; ++n) {
      new (&sections[i][n]) FrameRecord(part.begin + n);
    }
  }
  sections_ = sections;
  section_count_ = count;
  mark_usable(usable);
  mark_own(memory);
  return {};
}

uint32_t FrameRecords::directory_frames() const {
  return static_cast<uint32_t>((section_count_ * sizeof(FrameRecord*) + kPageSize - 1) / kPageSize);
}

void FrameRecords::mark_usable(std::span<const FrameRange> usable) {
  for (const FrameRange& range : usable) {
    for (FrameNumber f = range.begin; f < range.end; ++f.value) {
      if (!contains(f)) continue;
      at(f).state = frame_state(FrameUse::Free, kOrderInside, 0);
    }
  }
}

void FrameRecords::mark_own(const FrameMemory& memory) {
  mark_taken(memory.frame_at(sections_), directory_frames());
  for (uint32_t i = 0; i < section_count_; ++i) {
    if (sections_[i] != nullptr) mark_taken(memory.frame_at(sections_[i]), kFramesForRecords);
  }
}

void FrameRecords::mark_taken(FrameNumber first, uint32_t frames) {
  for (FrameNumber f = first; f < first + frames; ++f.value) {
    if (contains(f)) at(f).state = frame_state(FrameUse::Unusable, 0, 0);
  }
}

}  // namespace mobius::mm
