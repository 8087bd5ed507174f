// FrameRecords: from frame number to frame record.
//
// Memory is divided into sections of 1024 frames (4 MiB). A directory has one pointer for each
// section up to the last RAM; only sections that hold RAM have records, so that holes cost four
// bytes for 4 MiB and no table has a fixed size (R04). Directory and records lie in the direct
// map, in RAM taken from the usable ranges themselves, highest first: low memory stays free.
// A section with no more RAM than its records would take is left out.
#pragma once

#include <span>

#include "base/result.h"
#include "mm/words/frame_memory.h"
#include "mm/frames/frame_record.h"

namespace mobius::mm {

class FrameRecords {
 public:
  static constexpr unsigned kSectionShift = 10;
  static constexpr uint32_t kSectionFrames = 1u << kSectionShift;
  static constexpr uint32_t kSectionMask = kSectionFrames - 1;
  // Frames that the records of one section take.
  static constexpr uint32_t kFramesForRecords =
      (kSectionFrames * sizeof(FrameRecord) + kPageSize - 1) / kPageSize;

  // Makes records for all frames of sections with RAM: `use` is Free (inside) for frames of
  // `usable` that hold no record, Unusable for all others.
  // Fails: OutOfFrames (not enough RAM below the direct map's end).
  Result<void> build(const FrameMemory& memory, std::span<const FrameRange> usable);

  bool contains(FrameNumber f) const {
    uint32_t section = f.value >> kSectionShift;
    return section < section_count_ && sections_[section] != nullptr;
  }
  // The record, or null where there is none.
  FrameRecord* find(FrameNumber f) const {
    uint32_t section = f.value >> kSectionShift;
    if (section >= section_count_ || sections_[section] == nullptr) return nullptr;
    return &sections_[section][f.value & kSectionMask];
  }
  // Requires: contains(f).
  FrameRecord& at(FrameNumber f) const { return section(f)[f.value & kSectionMask]; }
  bool is_free(FrameNumber f) const { return contains(f) && at(f).use == FrameUse::Free; }
  // The records of all frames of f's section. Requires: contains(f).
  FrameRecord* section(FrameNumber f) const { return sections_[f.value >> kSectionShift]; }

  // For walking through everything; null where the section has no records.
  uint32_t section_count() const { return section_count_; }
  FrameRecord* section_at(uint32_t index) const { return sections_[index]; }

 private:
  void mark_usable(std::span<const FrameRange> usable);
  void mark_own(const FrameMemory& memory);
  void mark_taken(FrameNumber first, uint32_t frames);
  uint32_t directory_frames() const;

  FrameRecord** sections_ = nullptr;
  uint32_t section_count_ = 0;
};

}  // namespace mobius::mm
