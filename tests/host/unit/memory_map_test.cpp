// R02, R03: what RAM is handed out, from maps as firmware gives them and worse.
#include "bootinfo/memory_map.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace mobius::bootinfo {
namespace {

using Map = std::vector<MemoryMapEntry>;
using Reserved = std::vector<PhysRange>;
using Ranges = std::vector<FrameRange>;

constexpr uint64_t kGiB4 = 1ull << 32;

PhysRange bytes(uint64_t begin, uint64_t end) {
  return {PhysAddr{begin}, PhysAddr{end}};
}
FrameRange frames(uint32_t begin, uint32_t end) {
  return {{begin}, {end}};
}

Ranges usable(const Map& map, const Reserved& reserved = {}) {
  const auto result = usable_frames(map, reserved);
  if (!result) return {};
  return {result->ranges().begin(), result->ranges().end()};
}

// --- The model: one page at a time, in 128-bit arithmetic.

bool touches(unsigned __int128 begin, unsigned __int128 end, uint64_t page) {
  const unsigned __int128 first = static_cast<unsigned __int128>(page) << kPageShift;
  return begin < end && begin < first + kPageSize && first < end;
}

bool model_usable(const Map& map, const Reserved& reserved, uint64_t page) {
  if (page == 0 || page >= kFramesEnd.value || (page >= 0x80 && page < 0x100)) return false;
  const unsigned __int128 first = static_cast<unsigned __int128>(page) << kPageShift;
  bool covered = false;
  for (const MemoryMapEntry& e : map) {
    const auto end = static_cast<unsigned __int128>(e.base) + e.length;
    if (!e.available && touches(e.base, end, page)) return false;
    const bool believed = e.available && (end >> 64) == 0;
    if (believed && e.base <= first && first + kPageSize <= end) covered = true;
  }
  for (const PhysRange& r : reserved) {
    if (touches(static_cast<uint64_t>(r.begin), static_cast<uint64_t>(r.end), page)) return false;
  }
  return covered;
}

// --- Generated maps. Every edge lies in one of two windows, so that the model need only walk
// those: between them all pages are alike.

constexpr uint64_t kLowPages = 0x118;                   // up to 1 MiB and a little
constexpr uint64_t kHighFirst = kFramesEnd.value - 24;  // around 4 GiB
constexpr uint64_t kHighPages = 48;

class Generator {
 public:
  explicit Generator(uint64_t seed) : random_(seed) {}

  Map map() {
    Map map(below(12));
    for (MemoryMapEntry& e : map) e = entry();
    return map;
  }
  Reserved reserved() {
    Reserved reserved(below(6));
    for (PhysRange& r : reserved) r = bytes(edge(), edge());
    return reserved;
  }

 private:
  uint64_t below(uint64_t n) { return random_() % n; }
  uint64_t edge() {
    const uint64_t page = below(4) == 0 ? kHighFirst + below(kHighPages) : below(kLowPages);
    const uint64_t offsets[] = {0, 0, 1, 0x800, 0xFFF};
    return (page << kPageShift) + offsets[below(5)];
  }
  MemoryMapEntry entry() {
    uint64_t a = edge(), b = edge();
    if (a > b) std::swap(a, b);
    MemoryMapEntry e{a, b - a, below(3) != 0};
    const uint64_t odd = below(24);
    if (odd == 0) e.length = 0;
    if (odd == 1) e.length = ~0ull - below(3) * 0x1000;
    if (odd == 2) e.base += kGiB4;
    return e;
  }
  std::mt19937_64 random_;
};

bool contains(const Ranges& ranges, uint64_t page) {
  return std::ranges::any_of(
      ranges, [&](FrameRange r) { return r.contains({static_cast<uint32_t>(page)}); });
}

void expect_well_formed(const Ranges& ranges) {
  for (size_t i = 0; i < ranges.size(); ++i) {
    ASSERT_LT(ranges[i].begin, ranges[i].end);
    if (i > 0) {
      ASSERT_LT(ranges[i - 1].end, ranges[i].begin);
    }
  }
}

TEST(MemoryMap, R02_HundredThousandGeneratedMapsAgreeWithThePerPageModel) {
  int with_something = 0;
  for (uint64_t seed = 0; seed < 100'000; ++seed) {
    Generator generator(seed);
    const Map map = generator.map();
    const Reserved reserved = generator.reserved();
    const Ranges ranges = usable(map, reserved);
    ASSERT_NO_FATAL_FAILURE(expect_well_formed(ranges)) << "seed " << seed;
    with_something += !ranges.empty();
    for (uint64_t page = 0; page < kHighFirst + kHighPages; ++page) {
      if (page == kLowPages + 1) page = kHighFirst - 1;  // one page speaks for all between
      ASSERT_EQ(contains(ranges, page), model_usable(map, reserved, page))
          << "seed " << seed << " page " << page;
    }
  }
  EXPECT_GT(with_something, 50'000);
}

TEST(MemoryMap, R02_HolesStayHoles) {
  const Map map{{0x100000, 0x100000, true}, {0x300000, 0x100000, true}};
  EXPECT_EQ(usable(map), (Ranges{frames(0x100, 0x200), frames(0x300, 0x400)}));
}

TEST(MemoryMap, R02_UnsortedTouchingAndOverlappingEntriesBecomeOneRange) {
  const Map map{{0x300000, 0x100000, true}, {0x100000, 0x180000, true}, {0x200000, 0x100000, true}};
  EXPECT_EQ(usable(map), (Ranges{frames(0x100, 0x400)}));
}

TEST(MemoryMap, R02_ReservedWinsOverAvailable) {
  const Map map{{0x100000, 0x300000, true}, {0x1FFFFF, 2, false}};
  EXPECT_EQ(usable(map), (Ranges{frames(0x100, 0x1FF), frames(0x201, 0x400)}));
}

TEST(MemoryMap, R02_KernelAndModulesAreRoundedOutward) {
  const Map map{{0x100000, 0x300000, true}};
  const Reserved reserved{bytes(0x100000, 0x123456), bytes(0x200FFF, 0x201001)};
  EXPECT_EQ(usable(map, reserved), (Ranges{frames(0x124, 0x200), frames(0x202, 0x400)}));
}

TEST(MemoryMap, R02_FirstMegabyteKeepsPageZeroAndTheFirmwareAreas) {
  const Map map{{0, 0x200000, true}};
  EXPECT_EQ(usable(map), (Ranges{frames(1, 0x80), frames(0x100, 0x200)}));
}

TEST(MemoryMap, R02_PartsOfPagesAreNotUsable) {
  const Map map{{0x100001, 0x2FFE, true}, {0x200000, 0xFFF, true}};
  EXPECT_EQ(usable(map), (Ranges{frames(0x101, 0x102)}));
}

TEST(MemoryMap, R02_ZeroLengthEntriesMeanNothing) {
  const Map map{{0x100000, 0x100000, true}, {0x180000, 0, false}, {0x300000, 0, true}};
  EXPECT_EQ(usable(map, {bytes(0x190000, 0x190000), bytes(0x1A0000, 0x190000)}),
            (Ranges{frames(0x100, 0x200)}));
}

TEST(MemoryMap, R03_RamAboveFourGiBIsIgnored) {
  const Map map{{0x100000, 0xBFF00000, true}, {kGiB4, 0x80000000, true}};
  EXPECT_EQ(usable(map), (Ranges{frames(0x100, 0xC0000)}));
}

TEST(MemoryMap, R03_AnEntryAcrossFourGiBIsCutThere) {
  const Map map{{0xFFFF0000, 0x20000, true}};
  EXPECT_EQ(usable(map), (Ranges{frames(0xFFFF0, 0x100000)}));
}

TEST(MemoryMap, R03_EntriesWhoseFrameNumbersWouldWrapAreIgnored) {
  const Map map{{0x100000, 0x100000, true},
                {(1ull << 44) + 0x300000, 0x100000, true},
                {~0ull - 0xFFF, 0x1000, true}};
  EXPECT_EQ(usable(map), (Ranges{frames(0x100, 0x200)}));
}

TEST(MemoryMap, R02_AnAvailableEntryThatWrapsIsNotBelieved) {
  const Map map{{0x100000, 0x100000, true}, {0x200000, ~0ull, true}};
  EXPECT_EQ(usable(map), (Ranges{frames(0x100, 0x200)}));
}

TEST(MemoryMap, R02_AReservedEntryThatWrapsReservesToTheEnd) {
  const Map map{{0x100000, 0x300000, true}, {0x200000, ~0ull, false}};
  EXPECT_EQ(usable(map), (Ranges{frames(0x100, 0x200)}));
}

TEST(MemoryMap, R02_NothingUsableIsAFailure) {
  const auto expect_nothing = [](const Map& map, const Reserved& reserved) {
    const auto result = usable_frames(map, reserved);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error(), Error::OutOfFrames);
  };
  expect_nothing({}, {});
  expect_nothing({{0x100000, 0x100000, false}}, {});
  expect_nothing({{0x100000, 0x100000, true}}, {bytes(0, kGiB4)});
  expect_nothing({{kGiB4, 0x100000, true}}, {});
}

TEST(MemoryMap, R02_AShatteredMapLosesItsSmallestRanges) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 200; ++round) {
    Map map;
    Ranges expected;
    uint32_t at = 0x100;
    for (int i = 0; i < 100; ++i) {
      const uint32_t size = 1 + random() % 20;
      map.push_back({uint64_t{at} << kPageShift, uint64_t{size} << kPageShift, true});
      expected.push_back(frames(at, at + size));
      at += size + 1 + random() % 3;
    }
    std::ranges::shuffle(map, random);
    uint32_t dropped = 0;
    while (expected.size() > UsableFrames::kCapacity) {
      const auto smallest = std::ranges::min_element(expected, {}, &FrameRange::size_frames);
      dropped += smallest->size_frames();
      expected.erase(smallest);
    }
    const auto result = usable_frames(map, {});
    ASSERT_TRUE(result);
    ASSERT_EQ(Ranges(result->ranges().begin(), result->ranges().end()), expected);
    ASSERT_EQ(result->dropped_frames(), dropped);
    uint32_t total = 0;
    for (FrameRange r : expected) total += r.size_frames();
    ASSERT_EQ(result->total_frames(), total);
  }
}

}  // namespace
}  // namespace mobius::bootinfo
