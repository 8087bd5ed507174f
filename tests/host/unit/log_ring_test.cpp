// LogRing: what was written comes out in order, the oldest bytes give way, nothing else comes out.
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "drivers/log_ring.h"

namespace mobius::drivers {
namespace {

std::string read_all(const LogRing& ring, uint64_t& position, size_t step) {
  std::string all, part(step, '#');
  while (const size_t count = ring.read(position, part)) all += part.substr(0, count);
  return all;
}

TEST(LogRing, WhatWasWrittenComesOutInOrderAndOnce) {
  LogRing ring;
  uint64_t position = 0;
  EXPECT_EQ(read_all(ring, position, 7), "");
  ring.write("Mobius\nmemory: ");
  EXPECT_EQ(read_all(ring, position, 4), "Mobius\nmemory: ");
  EXPECT_EQ(position, 15u);
  ring.write("64\n");
  EXPECT_EQ(read_all(ring, position, 100), "64\n");
  EXPECT_EQ(read_all(ring, position, 100), "");
}

TEST(LogRing, BytesThatNobodyWroteNeverComeOut) {
  LogRing ring;
  ring.write("abc");
  for (uint64_t position : {uint64_t{4}, uint64_t{LogRing::kBytes}, UINT64_MAX}) {
    EXPECT_EQ(read_all(ring, position, 10), "") << position;
    EXPECT_EQ(position, 3u);
  }
  char room[8] = {};
  uint64_t position = 1;
  EXPECT_EQ(ring.read(position, room), 2u);
  EXPECT_EQ(std::string(room), "bc");
}

TEST(LogRing, TheNewestBytesAreKept) {
  LogRing ring;
  std::string all;
  std::mt19937 random(1);
  uint64_t follower = 0;
  for (int i = 0; i < 2000; ++i) {
    std::string text(random() % 100, static_cast<char>('a' + i % 26));
    ring.write(text);
    all += text;
    uint64_t position = random() % (all.size() + 1);
    const uint64_t oldest = all.size() > LogRing::kBytes ? all.size() - LogRing::kBytes : 0;
    const std::string wanted = all.substr(std::max(position, oldest));
    ASSERT_EQ(read_all(ring, position, 1 + random() % 5000), wanted) << i;
    ASSERT_EQ(position, all.size());
    ASSERT_EQ(read_all(ring, follower, 64), text);
  }
  EXPECT_GT(all.size(), 2 * LogRing::kBytes);
}

}  // namespace
}  // namespace mobius::drivers
