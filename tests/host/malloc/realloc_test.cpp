// realloc (libc/malloc/malloc.c, large.c): what stays where it is, what moves, and what is copied.
#include "heap_fixture.h"

namespace mobius::test {
namespace {

unsigned char* again(void* p, size_t bytes) {
  return static_cast<unsigned char*>(mobius_realloc(p, bytes));
}

TEST_F(Heap, R22_ReallocKeepsWhatBothSizesHold) {
  const size_t sizes[] = {1, 16, 17, 100, 1000, 2049, 5000, 32'768, 32'769, 100'000, 262'144,
                          262'145, 1'000'000};
  for (size_t from : sizes) {
    for (size_t to : sizes) {
      Block block = take(from);
      live.pop_back();
      block.p = again(block.p, to);
      ASSERT_TRUE(block.intact(std::min(from, to))) << from << " -> " << to;
      ASSERT_GE(mobius_malloc_usable_size(block.p), to);
      block.bytes = to;
      block.paint();
      mobius_free(block.p);
    }
  }
}

TEST_F(Heap, R22_WhatFitsStays) {
  for (size_t bytes : {20u, 100u, 1000u, 5000u, 20'000u}) {
    void* p = mobius_malloc(bytes);
    const size_t usable = mobius_malloc_usable_size(p);
    EXPECT_EQ(mobius_realloc(p, usable), p);
    EXPECT_EQ(mobius_realloc(p, usable / 2 + 1), p);
    EXPECT_EQ(mobius_realloc(p, bytes), p);
    mobius_free(p);
  }
}

// From 2 KiB on a block that grows has room behind it.
TEST_F(Heap, R22_AGrowingRunGrowsWhereItIs) {
  fill_holes();
  unsigned char* p = again(mobius_malloc(1500), 2500);
  unsigned char* first = p;
  for (size_t bytes = 3000; bytes <= RUN_LIMIT; bytes += bytes / 8) p = again(p, bytes);
  EXPECT_EQ(p, first);
  p = again(p, RUN_LIMIT);
  EXPECT_EQ(p, first);
  mobius_free(p);
}

TEST_F(Heap, R22_AShrinkingRunGivesItsEndBack) {
  fill_holes();
  void* p = mobius_malloc(50 * kPage);
  EXPECT_EQ(mobius_realloc(p, 20 * kPage), p);
  EXPECT_EQ(mobius_malloc_usable_size(p), 20 * kPage);
  check_heap();
  void* behind = mobius_malloc(30 * kPage);
  EXPECT_EQ(behind, static_cast<char*>(p) + 20 * kPage);
  mobius_free(behind);
  mobius_free(p);
}

TEST_F(Heap, R22_ALargeBlockGrowsByItsPagesAndNothingIsCopied) {
  unsigned char* p = static_cast<unsigned char*>(mobius_malloc(1'000'000));
  p[0] = 0x5A;
  p[999'999] = 0xA5;
  const size_t touched = FakeVmm::touched_pages(p, 1'000'000);
  p = again(p, 10'000'000);
  EXPECT_EQ(vmm.resizes, 1u);
  EXPECT_EQ(FakeVmm::touched_pages(p, 10'000'000), touched);  // a copy would have touched all
  EXPECT_EQ(p[0], 0x5A);
  EXPECT_EQ(p[999'999], 0xA5);
  EXPECT_EQ(p[9'999'999], 0);
  p = again(p, 300'000);
  EXPECT_EQ(vmm.resizes, 2u);
  EXPECT_EQ(vmm.blocks.at(address(p)), 74u);
  p = again(p, 50);  // becomes an object
  EXPECT_EQ(p[0], 0x5A);
  mobius_free(p);
}

TEST_F(Heap, R22_ALargeBlockGrowsInPlaceWhereTheKernelLetsIt) {
  vmm.resize_moves = false;
  void* p = mobius_malloc(1'000'000);
  EXPECT_EQ(mobius_realloc(p, 3'000'000), p);
  mobius_free(p);
}

TEST_F(Heap, R22_ReallocOfNothingIsMalloc) {
  unsigned char* p = again(nullptr, 100);
  ASSERT_NE(p, nullptr);
  mobius_free(p);
}

// As in other mallocs of today, a block of no bytes is a block.
TEST_F(Heap, R22_ReallocToNothingIsTheSmallestBlock) {
  for (size_t bytes : {10u, 1000u, 100'000u, 1'000'000u}) {
    void* p = mobius_realloc(mobius_malloc(bytes), 0);
    ASSERT_NE(p, nullptr);
    EXPECT_LE(mobius_malloc_usable_size(p), 64u);
    mobius_free(p);
  }
}

TEST_F(Heap, R22_AnAlignedBlockMayBeReallocated) {
  unsigned char* p = static_cast<unsigned char*>(mobius_memalign(1 << 16, 500'000));
  std::memset(p, 0x3C, 500'000);
  p = again(p, 5'000'000);
  EXPECT_EQ(p[499'999], 0x3C);
  p = again(p, 100);
  EXPECT_EQ(p[99], 0x3C);
  mobius_free(p);
}

}  // namespace
}  // namespace mobius::test
