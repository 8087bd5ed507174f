// Blocks of the kernel's that are kept for the next who wants one (libc/malloc/kept.c), and the
// room that growing blocks have behind them (large.c).
#include <algorithm>

#include "heap_fixture.h"

namespace mobius::test {
namespace {

constexpr size_t kMiB = 1 << 20;

class Kept : public Heap {
 protected:
  ~Kept() override { kept_drop(); }
  static void take_and_give(size_t bytes, int times) {
    for (int i = 0; i < times; ++i) {
      void* p = mobius_malloc(bytes);
      std::memset(p, 0x77, bytes);
      mobius_free(p);
    }
  }
  // From nothing to a MiB, by an eighth each time.
  static void* grow() {
    unsigned char* p = nullptr;
    for (size_t bytes = 16; bytes <= kMiB; bytes += bytes / 8 + 16) {
      p = static_cast<unsigned char*>(mobius_realloc(p, bytes));
      std::memset(p, 1, bytes);
    }
    return p;
  }
};

TEST_F(Kept, R22_WhoTakesAndGivesBackInTurnHasTheSameBlock) {
  take_and_give(kMiB, 3);
  EXPECT_EQ(check_heap().kept, 1u);
  const size_t allocs = vmm.allocs, frees = vmm.frees;
  take_and_give(kMiB, 100);
  take_and_give(kMiB - 10 * kPage, 100);
  EXPECT_EQ(vmm.allocs, allocs);
  EXPECT_EQ(vmm.frees, frees);
  // Neither for what it is too small for, nor for what would leave more than a fifth of it unused.
  for (size_t bytes : {kMiB + 1, kMiB * 3 / 4}) {
    void* p = mobius_malloc(bytes);
    EXPECT_EQ(vmm.blocks.at(address(p)), pages_for(bytes));
    mobius_free(p);
  }
}

TEST_F(Kept, R22_TheSmallestThatFitsIsTaken) {
  take_and_give(2 * kMiB, 4);
  void* blocks[3];
  for (size_t i : {0u, 1u, 2u}) blocks[i] = mobius_malloc((100 + (i + 1) % 3 * 10) * kPage);
  for (void* p : blocks) mobius_free(p);
  ASSERT_GE(check_heap().kept, 3u);
  for (size_t i : {2u, 0u, 1u}) EXPECT_EQ(mobius_malloc(100 * kPage), blocks[i]);
  for (void* p : blocks) mobius_free(p);
}

TEST_F(Kept, R22_TheProgramHasWhatItAskedForAndNotMore) {
  take_and_give(kMiB, 3);
  const size_t before = large_state().bytes;
  void* p = mobius_malloc(kMiB - 10 * kPage);
  EXPECT_EQ(vmm.blocks.at(address(p)), 256u);
  EXPECT_EQ(mobius_malloc_usable_size(p), kMiB - 10 * kPage);
  EXPECT_EQ(large_state().bytes - before, kMiB - 10 * kPage);
  EXPECT_EQ(mobius_realloc(p, kMiB - 5 * kPage), p);  // what lies behind is its own
  EXPECT_EQ(mobius_malloc_usable_size(p), kMiB - 5 * kPage);
  EXPECT_EQ(large_state().bytes - before, kMiB - 5 * kPage);
  EXPECT_EQ(vmm.resizes, 0u);
  mobius_free(p);
  EXPECT_EQ(large_state().bytes, before);
  EXPECT_EQ(kept_blocks[0].pages, 256u);
}

TEST_F(Kept, R22_CallocZeroesWhatWasKept) {
  take_and_give(kMiB, 3);
  ASSERT_EQ(check_heap().kept, 1u);
  auto* p = static_cast<unsigned char*>(mobius_calloc(kMiB, 1));
  EXPECT_EQ(check_heap().kept, 0u);
  EXPECT_TRUE(std::all_of(p, p + kMiB, [](unsigned char c) { return c == 0; }));
  mobius_free(p);
}

TEST_F(Kept, R22_WhoOnlyGivesBackKeepsNothing) {
  take_and_give(kMiB, 10);
  for (int i = 0; i < 40; ++i) take(500'000);
  free_all();
  EXPECT_EQ(check_heap().kept, 0u);
  take_and_give(5 * kMiB, 10);  // more than all that is ever kept
  EXPECT_EQ(check_heap().kept, 0u);
}

TEST_F(Kept, R22_TheOldestGoFirst) {
  take_and_give(2 * kMiB, 4);
  std::vector<void*> blocks;
  for (int i = 0; i < 11; ++i) blocks.push_back(mobius_malloc(300'000));
  for (void* p : blocks) mobius_free(p);
  ASSERT_EQ(check_heap().kept, KEPT_BLOCKS);
  for (size_t i = 0; i < KEPT_BLOCKS; ++i) EXPECT_EQ(kept_blocks[i].base, blocks[3 + i]);
}

TEST_F(Kept, R22_WhatIsKeptIsFreedAlready) {
  void* p = mobius_malloc(kMiB);
  for (int i = 0; i < 3; ++i) {
    mobius_free(p);
    p = mobius_malloc(kMiB);
  }
  mobius_free(p);
  ASSERT_EQ(kept_blocks[0].base, p);
  EXPECT_DEATH(mobius_free(p), "^free: .* is no block: not of malloc, or freed before\n$");
}

TEST_F(Kept, R22_WithoutMemoryWhatIsKeptGoesBack) {
  take_and_give(kMiB, 3);
  ASSERT_EQ(check_heap().kept, 1u);
  vmm.failing = true;
  EXPECT_EQ(mobius_malloc(2 * kMiB), nullptr);
  vmm.failing = false;
  EXPECT_EQ(check_heap().kept, 0u);
  take_and_give(kMiB, 3);
  ASSERT_EQ(check_heap().kept, 1u);
  vmm.fail_after(0);
  void* p = mobius_malloc(2 * kMiB);
  EXPECT_NE(p, nullptr);
  EXPECT_EQ(check_heap().kept, 0u);
  mobius_free(p);
}

// ---- growing -----------------------------------------------------------------------------------
TEST_F(Kept, R22_ArraysThatGrowOneAfterTheOtherHaveTheSamePages) {
  for (int i = 0; i < 3; ++i) mobius_free(grow());
  ASSERT_NE(check_heap().kept, 0u);
  const size_t allocs = vmm.allocs, frees = vmm.frees, resizes = vmm.resizes;
  for (int i = 0; i < 20; ++i) mobius_free(grow());
  EXPECT_EQ(vmm.allocs, allocs);
  EXPECT_EQ(vmm.frees, frees);
  EXPECT_EQ(vmm.resizes, resizes);
}

TEST_F(Kept, R22_ABlockThatGrowsHasRoomBehindIt) {
  auto* p = static_cast<unsigned char*>(mobius_malloc(kMiB));
  p = static_cast<unsigned char*>(mobius_realloc(p, kMiB + kMiB / 16));
  EXPECT_EQ(vmm.resizes, 1u);
  EXPECT_EQ(vmm.blocks.at(address(p)), 272u + 34u);
  EXPECT_EQ(mobius_malloc_usable_size(p), 272 * kPage);
  EXPECT_EQ(mobius_realloc(p, 306 * kPage), p);
  EXPECT_EQ(vmm.resizes, 1u);
  EXPECT_EQ(mobius_malloc_usable_size(p), 306 * kPage);
  // Whoever shrinks it gives back what is behind its end.
  p = static_cast<unsigned char*>(mobius_realloc(p, 300 * kPage));
  EXPECT_EQ(vmm.resizes, 2u);
  EXPECT_EQ(vmm.blocks.at(address(p)), 300u);
  mobius_free(p);
}

// The room is address space, and there may be too little of it.
TEST_F(Kept, R22_WithoutRoomForMoreABlockGrowsJustAsFar) {
  void* p = mobius_malloc(kMiB);
  vmm.fail_after(0);
  p = mobius_realloc(p, 2 * kMiB);
  ASSERT_NE(p, nullptr);
  EXPECT_EQ(vmm.blocks.at(address(p)), 512u);
  mobius_free(p);
}

}  // namespace
}  // namespace mobius::test
