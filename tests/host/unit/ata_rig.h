// A simulated machine with one hard disk and the real driver, for the disk's tests.
#pragma once

#include <algorithm>

#include "sim/random.h"
#include "unit/ide_rig.h"

namespace mobius::drivers {

using mm::Transfer;

inline constexpr uint32_t kMaxPages = mm::PageDevice::kMaxPages;

struct AtaRig : Rig {
  explicit AtaRig(sim::SimDiskOptions options = {}, sim::SimIdeOptions controller = {},
                  uint64_t seed = 1)
      : Rig(seed, controller), platter(attach_disk(0, 0, options)), random(seed) {
    start();
  }

  AtaDisk& disk() { return *driver->disk(0, 0); }
  // `n` frames, no two of them beside each other, in no order; all below 4 GiB.
  static std::vector<FrameNumber> scattered(size_t n, uint32_t from = 0x200) {
    std::vector<FrameNumber> frames;
    for (uint32_t i = 0; i < n; ++i) {
      // Direct ones, ones above the direct map, the last one below 4 GiB.
      const uint32_t at = i % 7 == 3 ? 0xFFFFF - i / 7 * 2 : from + (i * 37 % 64) * 3;
      frames.push_back({i % 5 == 4 ? at | 0x8000 : at});
    }
    return frames;
  }

  void fill(std::span<const FrameNumber> frames, uint8_t with) {
    for (FrameNumber f : frames) std::memset(memory.hardware(f), with, kPageSize);
  }
  void fill_randomly(std::span<const FrameNumber> frames) {
    for (FrameNumber f : frames) {
      std::byte* bytes = memory.hardware(f);
      for (uint32_t at = 0; at < kPageSize; at += 8) {
        const uint64_t eight = random.next();
        std::memcpy(bytes + at, &eight, 8);
      }
    }
  }
  std::vector<sim::SimSector> sectors(uint64_t first, uint64_t count) const {
    std::vector<sim::SimSector> all;
    for (uint64_t i = 0; i < count; ++i) all.push_back(platter.sectors.get(first + i));
    return all;
  }
  std::vector<sim::SimSector> bytes_of(std::span<const FrameNumber> frames) {
    std::vector<sim::SimSector> all;
    for (FrameNumber f : frames) {
      const std::byte* bytes = memory.hardware(f);
      for (uint32_t at = 0; at < kPageSize; at += kAtaSectorBytes) {
        sim::SimSector& sector = all.emplace_back();
        std::copy_n(bytes + at, sector.size(), sector.begin());
      }
    }
    return all;
  }

  // Reads into junk and compares. What has not been read well may hold anything.
  Result<void> read_back(uint64_t first, std::span<const FrameNumber> frames) {
    fill(frames, 0xA5);
    const auto result = disk().transfer(Transfer::Read, first, frames);
    if (result) {
      EXPECT_TRUE(bytes_of(frames) == sectors(first, frames.size() * 8)) << "sector " << first;
    }
    return result;
  }
  // Writes random bytes and looks at the disk, also at the sectors before and after. The frames
  // hold 0x5A afterwards: a disk that still takes from them will show it.
  Result<void> write_out(uint64_t first, std::span<const FrameNumber> frames) {
    const uint64_t margin = std::min<uint64_t>(first, 16), count = frames.size() * 8;
    const auto before = sectors(first - margin, margin), after = sectors(first + count, 16);
    fill_randomly(frames);
    const auto wanted = bytes_of(frames);
    const auto result = disk().transfer(Transfer::Write, first, frames);
    EXPECT_TRUE(bytes_of(frames) == wanted) << "a write has changed a frame";
    if (result) {
      EXPECT_TRUE(sectors(first, count) == wanted) << "sector " << first;
    }
    EXPECT_TRUE(sectors(first - margin, margin) == before && sectors(first + count, 16) == after)
        << "sectors beside " << first << "+" << count;
    fill(frames, 0x5A);
    return result;
  }
  Result<void> move(Transfer direction, uint64_t first, std::span<const FrameNumber> frames) {
    return direction == Transfer::Read ? read_back(first, frames) : write_out(first, frames);
  }

  sim::SimIdeDisk& platter;
  sim::Random random;
};

}  // namespace mobius::drivers
