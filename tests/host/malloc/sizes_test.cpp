// Size classes (libc/malloc/sizes.h): every entry of the tables computed anew, and every offset.
#include <gtest/gtest.h>

#include <algorithm>

#include "mobius_malloc.h"

namespace mobius::test {
namespace {

constexpr uint32_t kPageBytes = PAGE_BYTES;

// Sixteens; then as many as fit a page, or two, n times; then eight to each doubling.
uint32_t bytes_of(unsigned c) {
  if (c <= 16) return 16 * c;
  if (c <= 32) return (c <= 24 ? 1 : 2) * kPageBytes / (15 - (c - 17) % 8) / 16 * 16;
  return (9 + (c - 17) % 8) << ((c - 17) / 8 + 5);
}

uint32_t span_of(uint32_t bytes) {
  for (uint32_t span = kPageBytes; span < 65536; span *= 2) {
    if (span / bytes >= 8 && span % bytes <= span / 28) return span;
  }
  return 65536;
}

uint32_t cached_of(uint32_t bytes) {
  if (bytes > 2 * kPageBytes) return 4;
  if (bytes > kPageBytes) return 6;
  return std::clamp(16384 / bytes / 2 * 2, 12u, 128u);
}

TEST(Sizes, R22_EachEntryOfTheTablesIsAsComputed) {
  for (unsigned c = CLASS_FIRST; c <= CLASS_LAST; ++c) {
    EXPECT_EQ(class_bytes[c], bytes_of(c)) << c;
    EXPECT_EQ(class_mask[c] + 1, span_of(class_bytes[c])) << c;
    EXPECT_EQ(class_reciprocal[c], ((uint64_t{1} << 32) + class_bytes[c] - 1) / class_bytes[c]);
    EXPECT_EQ(class_cached[c], cached_of(class_bytes[c])) << c;
  }
  EXPECT_EQ(class_bytes[CLASS_LAST], OBJECT_LIMIT);
}

TEST(Sizes, R22_WhatHasNoObjectsHasNoEntries) {
  for (unsigned c : {unsigned{CLASS_NONE}, unsigned{CLASS_RUN}, unsigned{CLASS_BLOCK}}) {
    EXPECT_EQ(class_bytes[c] | class_mask[c] | class_reciprocal[c] | class_cached[c], 0u) << c;
    for (uint32_t offset = 0; offset < 65536; ++offset) {
      ASSERT_FALSE(begins_object(offset, c)) << c << " " << offset;
    }
  }
}

TEST(Sizes, R22_EveryRequestHasTheSmallestClassThatHoldsIt) {
  unsigned expected = CLASS_FIRST;
  for (uint32_t bytes = 0; bytes <= OBJECT_LIMIT; ++bytes) {
    if (bytes > class_bytes[expected]) ++expected;
    ASSERT_EQ(class_of(bytes), expected) << bytes;
  }
}

TEST(Sizes, R22_ARequestWastesAtMostASixth) {
  for (uint32_t bytes = 97; bytes <= OBJECT_LIMIT; ++bytes) {
    ASSERT_LE(class_bytes[class_of(bytes)] - bytes, std::max(bytes / 6, 15u)) << bytes;
  }
}

TEST(Sizes, R22_AnObjectBeginsWhereItDoesAndNowhereElse) {
  constexpr uintptr_t kSpan = 0x12340000;
  for (unsigned c = CLASS_FIRST; c <= CLASS_LAST; ++c) {
    for (uint32_t offset = 0; offset <= class_mask[c]; ++offset) {
      ASSERT_EQ(begins_object(kSpan + offset, c), offset % class_bytes[c] == 0)
          << c << " " << offset;
    }
  }
}

// malloc's promise of 16, and memalign's way to larger ones: the class must be a multiple.
TEST(Sizes, R22_EveryObjectIsAlignedToSixteen) {
  for (unsigned c = CLASS_FIRST; c <= CLASS_LAST; ++c) EXPECT_EQ(class_bytes[c] % 16, 0u) << c;
}

}  // namespace
}  // namespace mobius::test
