// libc's malloc family over a VmmAlloc of the test's own (R22): what programs may count on.
#include <map>

#include "heap_fixture.h"

namespace mobius::test {
namespace {

TEST_F(Heap, R22_EverySizeIsUsableAlignedAndApart) {
  for (size_t bytes = 0; bytes < 70'000; bytes += bytes < 2100 ? 1 : 997) {
    const Block& block = take(bytes);
    ASSERT_NE(block.p, nullptr);
    EXPECT_EQ(address(block.p) % 16, 0u);
    EXPECT_GE(mobius_malloc_usable_size(block.p), bytes);
  }
  check_heap();
  free_all();
}

TEST_F(Heap, R22_AllThatIsUsableMayBeUsed) {
  for (size_t bytes : {0u, 1u, 100u, 1000u, 5000u, 33'000u, 262'144u, 300'000u, 1'000'000u}) {
    void* p = mobius_malloc(bytes);
    keep(p, mobius_malloc_usable_size(p));
  }
  free_all();
  EXPECT_EQ(mobius_malloc_usable_size(nullptr), 0u);
}

TEST_F(Heap, R22_FreedObjectsAreUsedAgainLastFirst) {
  void* p = mobius_malloc(100);
  void* q = mobius_malloc(100);
  mobius_free(p);
  mobius_free(q);
  EXPECT_EQ(mobius_malloc(100), q);
  EXPECT_EQ(mobius_malloc(97), p);
  mobius_free(p);
  mobius_free(q);
  mobius_free(nullptr);
}

TEST_F(Heap, R22_ALoopAsksTheKernelForNothing) {
  for (int i = 0; i < 3; ++i) mobius_free(mobius_malloc(100));
  const size_t before = vmm.allocs;
  for (int i = 0; i < 100'000; ++i) {
    void* p = mobius_malloc(100);
    void* q = mobius_malloc(5000);
    void* r = mobius_malloc(100'000);
    mobius_free(p);
    mobius_free(q);
    mobius_free(r);
  }
  EXPECT_LE(vmm.allocs, before + 1);
  EXPECT_EQ(vmm.advises, 0u);
}

TEST_F(Heap, R22_ALargeBlockIsAVmmBlockAndGoesBackToIt) {
  const size_t before = vmm.blocks.size();
  void* p = mobius_malloc(1 << 20);
  EXPECT_EQ(address(p) % kPage, 0u);
  EXPECT_EQ(vmm.blocks.at(address(p)), 256u);
  mobius_free(p);
  EXPECT_EQ(vmm.blocks.size(), before);
}

// ---- what is refused ----------------------------------------------------------------------------
TEST_F(Heap, R22_ImpossibleSizesAreRefused) {
  const size_t before = vmm.allocs;
  for (size_t bytes : {SIZE_MAX, SIZE_MAX - 4096, size_t{PTRDIFF_MAX} + 1, size_t{PTRDIFF_MAX},
                       size_t{0x80000000}, size_t{0x7FFF0001}}) {
    errno = 0;
    EXPECT_EQ(mobius_malloc(bytes), nullptr);
    EXPECT_EQ(errno, ENOMEM);
    errno = 0;
    EXPECT_EQ(mobius_calloc(1, bytes), nullptr);
    EXPECT_EQ(errno, ENOMEM);
    errno = 0;
    EXPECT_EQ(mobius_memalign(64, bytes), nullptr);
    EXPECT_EQ(errno, ENOMEM);
    errno = 0;
    EXPECT_EQ(mobius_realloc(nullptr, bytes), nullptr);
    EXPECT_EQ(errno, ENOMEM);
  }
  EXPECT_EQ(vmm.allocs, before);
}

TEST_F(Heap, R22_AProductThatOverflowsIsRefused) {
  for (size_t count : {SIZE_MAX / 2, SIZE_MAX / 3 + 1, size_t{1} << 33}) {
    errno = 0;
    EXPECT_EQ(mobius_calloc(count, size_t{1} << 33), nullptr);
    EXPECT_EQ(errno, ENOMEM);
  }
  void* p = mobius_calloc(0, SIZE_MAX);
  EXPECT_NE(p, nullptr);
  mobius_free(p);
}

TEST_F(Heap, R22_ARefusedReallocLeavesTheBlockAsItWas) {
  for (size_t bytes : {10u, 5000u, 100'000u, 1'000'000u}) {
    const Block& block = take(bytes);
    for (size_t wish : {SIZE_MAX, SIZE_MAX - 100, size_t{0x7FFF0001}}) {
      errno = 0;
      EXPECT_EQ(mobius_realloc(block.p, wish), nullptr);
      EXPECT_EQ(errno, ENOMEM);
      EXPECT_TRUE(block.intact());
    }
  }
  free_all();
}

TEST_F(Heap, R22_WhatIsTakenAndGivenLeavesErrnoAlone) {
  errno = 77;
  for (size_t bytes : {10u, 50'000u, 500'000u}) mobius_free(mobius_realloc(nullptr, bytes));
  mobius_free(mobius_calloc(7, 9));
  EXPECT_EQ(errno, 77);
}

// ---- alignment ----------------------------------------------------------------------------------
TEST_F(Heap, R22_AlignedBlocks) {
  for (size_t alignment = 1; alignment <= (1u << 20); alignment *= 2) {
    for (size_t bytes : {0u, 1u, 100u, 5000u, 40'000u, 300'000u}) {
      const Block& block = keep(mobius_memalign(alignment, bytes), bytes);
      ASSERT_NE(block.p, nullptr);
      ASSERT_EQ(address(block.p) % std::max<size_t>(alignment, 16), 0u);
      ASSERT_GE(mobius_malloc_usable_size(block.p), bytes);
    }
  }
  check_heap();
  for (Block& block : live) {
    ASSERT_TRUE(block.intact());
    block.p = static_cast<unsigned char*>(mobius_realloc(block.p, block.bytes * 2));
    ASSERT_TRUE(block.intact());
  }
  free_all();
}

TEST_F(Heap, R22_ABlockOfNoBytesIsABlockHoweverAligned) {
  for (size_t alignment = 16; alignment <= (1u << 16); alignment *= 2) {
    for (int i = 0; i < 20; ++i) {
      void* p = mobius_memalign(alignment, 0);
      ASSERT_NE(vmm.block_of(p), 0u) << alignment;
      keep(p, mobius_malloc_usable_size(p));
    }
  }
  free_all();
}

TEST_F(Heap, R22_EachAlignedFormKeepsItsOwnManners) {
  void* p = &p;
  errno = 5;
  EXPECT_EQ(mobius_posix_memalign(&p, 24, 100), EINVAL);
  EXPECT_EQ(mobius_posix_memalign(&p, sizeof(void*) / 2, 100), EINVAL);
  EXPECT_EQ(mobius_posix_memalign(&p, 0, 100), EINVAL);
  EXPECT_EQ(mobius_posix_memalign(&p, 64, SIZE_MAX - 4096), ENOMEM);
  EXPECT_EQ(p, &p);  // untouched where it fails
  EXPECT_EQ(errno, 5);
  EXPECT_EQ(mobius_posix_memalign(&p, 64, 100), 0);
  EXPECT_EQ(address(p) % 64, 0u);
  mobius_free_aligned_sized(p, 64, 100);

  EXPECT_EQ(mobius_aligned_alloc(48, 100), nullptr);
  EXPECT_EQ(errno, EINVAL);
  p = mobius_aligned_alloc(256, 512);
  EXPECT_EQ(address(p) % 256, 0u);
  mobius_free(p);
  p = mobius_valloc(10);
  EXPECT_EQ(address(p) % kPage, 0u);
  mobius_free_sized(p, 10);
}

// ---- the kernel's manners -----------------------------------------------------------------------
// Where no block of 4 MiB is aligned to its size, chunks take what they need around it.
TEST_F(Heap, R22_ChunksFindTheirAlignmentInAnyAddresses) {
  vmm.unaligned = true;
  for (int i = 0; i < 60; ++i) take(200'000);
  const HeapCount count = check_heap();
  EXPECT_GE(count.chunks, 3u);
  free_all();
  vmm.unaligned = false;
}

// The last span of a class stays, and may hold a chunk.
TEST_F(Heap, R22_EmptyChunksGoBackButForOne) {
  const size_t before = check_heap().chunks;
  for (int i = 0; i < 100'000; ++i) take(200);
  EXPECT_GT(check_heap().chunks, 4u);
  free_all();
  cache_finish();
  EXPECT_LE(check_heap().chunks, before + 2);
}

}  // namespace
}  // namespace mobius::test
