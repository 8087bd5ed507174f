// libc's malloc over a VmmAlloc of the test's own (R22): the same source that programs link.
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <random>
#include <set>
#include <vector>

namespace libc {

// The user range of the fake machine: real memory below 2 GiB, where the map of malloc.c looks.
constexpr uintptr_t kArena = 0x20000000, kArenaEnd = 0x70000000, kPage = 4096;

struct FakeVmm {
  std::map<uintptr_t, size_t> blocks;  // base -> pages
  long calls_until_failure = -1;       // < 0: never
  size_t allocations = 0, frees = 0, resizes = 0;

  bool fails() { return calls_until_failure >= 0 && calls_until_failure-- == 0; }
  size_t pages_in_use() const {
    size_t sum = 0;
    for (const auto& [base, pages] : blocks) sum += pages;
    return sum;
  }
  uintptr_t find_gap(size_t pages) const {
    uintptr_t at = kArena;
    for (const auto& [base, length] : blocks) {
      if (base - at >= pages * kPage) return at;
      at = base + length * kPage;
    }
    return kArenaEnd - at >= pages * kPage ? at : 0;
  }
};
FakeVmm vmm;

void* map_at(uintptr_t base, size_t pages) {
  void* p = mmap(reinterpret_cast<void*>(base), pages * kPage, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(p), base);
  return p;
}

extern "C" {
#define malloc mobius_malloc
#define free mobius_free
#define calloc mobius_calloc
#define realloc mobius_realloc
#define memalign mobius_memalign
#define aligned_alloc mobius_aligned_alloc
#define valloc mobius_valloc
#define posix_memalign mobius_posix_memalign
#define malloc_usable_size mobius_malloc_usable_size
void* VmmAlloc(size_t pages, void* base, uint32_t flags);
bool VmmFree(void* p);
void* VmmResize(void* base, size_t pages);
#include "../../../libc/malloc.c"
#undef malloc
#undef free
#undef calloc
#undef realloc

bool malloc_threaded;
void malloc_lock_slow() {}
void malloc_unlock_slow() {}
void malloc_bad_pointer(const char* function, const void*) {
  fprintf(stderr, "%s: bad pointer\n", function);
  std::abort();
}

void* VmmAlloc(size_t pages, void* base, uint32_t flags) {
  EXPECT_EQ(base, nullptr);
  EXPECT_EQ(flags, VM_MEM_READ | VM_MEM_WRITE);
  const uintptr_t at = vmm.fails() ? 0 : vmm.find_gap(pages);
  if (at == 0) {
    errno = ENOMEM;
    return nullptr;
  }
  ++vmm.allocations;
  vmm.blocks[at] = pages;
  return map_at(at, pages);
}

bool VmmFree(void* p) {
  auto block = vmm.blocks.upper_bound(reinterpret_cast<uintptr_t>(p));
  if (block == vmm.blocks.begin()) return false;
  --block;
  if (reinterpret_cast<uintptr_t>(p) >= block->first + block->second * kPage) return false;
  munmap(reinterpret_cast<void*>(block->first), block->second * kPage);
  vmm.blocks.erase(block);
  ++vmm.frees;
  return true;
}

void* VmmResize(void* base, size_t pages) {
  const auto block = vmm.blocks.find(reinterpret_cast<uintptr_t>(base));
  EXPECT_NE(block, vmm.blocks.end());
  const uintptr_t at = vmm.fails() ? 0 : vmm.find_gap(pages);
  if (at == 0) {
    errno = ENOMEM;
    return nullptr;
  }
  ++vmm.resizes;  // always moves: the harder case
  void* moved = map_at(at, pages);
  std::memcpy(moved, base, std::min(pages, block->second) * kPage);
  munmap(base, block->second * kPage);
  vmm.blocks.erase(block);
  vmm.blocks[at] = pages;
  return moved;
}
}

}  // namespace libc

namespace {

using libc::vmm;

// Blocks in the test's hands, each filled with a pattern of its own.
class Heap : public ::testing::Test {
 protected:
  struct Block {
    unsigned char* p;
    size_t bytes;
    unsigned char fill;
  };

  void SetUp() override {
    vmm.calls_until_failure = -1;
    vmm.allocations = vmm.frees = vmm.resizes = 0;
  }

  static void fill(const Block& block) { std::memset(block.p, block.fill, block.bytes); }
  static bool intact(const Block& block, size_t bytes) {
    for (size_t i = 0; i < bytes; ++i) {
      if (block.p[i] != block.fill) return false;
    }
    return true;
  }
};

TEST_F(Heap, R22_EverySizeIsUsableAlignedAndApart) {
  std::vector<Block> blocks;
  for (size_t bytes = 0; bytes < 70'000; bytes += bytes < 2100 ? 1 : 997) {
    auto* p = static_cast<unsigned char*>(libc::mobius_malloc(bytes));
    ASSERT_NE(p, nullptr);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(p) % 16, 0u);
    EXPECT_GE(libc::mobius_malloc_usable_size(p), bytes);
    blocks.push_back({p, bytes, static_cast<unsigned char>(bytes * 7 + 1)});
    fill(blocks.back());
  }
  for (const Block& block : blocks) {
    ASSERT_TRUE(intact(block, block.bytes)) << block.bytes;
    libc::mobius_free(block.p);
  }
}

TEST_F(Heap, R22_AClassWastesAtMostAQuarter) {
  for (size_t bytes = 129; bytes <= 32768; ++bytes) {
    void* p = libc::mobius_malloc(bytes);
    const size_t usable = libc::mobius_malloc_usable_size(p);
    libc::mobius_free(p);
    ASSERT_GE(usable, bytes);
    ASSERT_LE(usable, bytes + bytes / 4 + 16) << bytes;
  }
}

TEST_F(Heap, R22_ALargeBlockIsAVmmBlockAndGoesBackToIt) {
  const size_t before = vmm.blocks.size();
  void* p = libc::mobius_malloc(1 << 20);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(p) % 4096, 0u);
  EXPECT_EQ(vmm.blocks.at(reinterpret_cast<uintptr_t>(p)), 256u);
  libc::mobius_free(p);
  EXPECT_EQ(vmm.blocks.size(), before);
}

TEST_F(Heap, R22_FreedObjectsAreUsedAgain) {
  for (int i = 0; i < 3; ++i) libc::mobius_free(libc::mobius_malloc(100));
  const size_t before = vmm.allocations;
  for (int i = 0; i < 100'000; ++i) {
    void* p = libc::mobius_malloc(100);
    void* q = libc::mobius_malloc(5000);
    libc::mobius_free(p);
    libc::mobius_free(q);
  }
  EXPECT_LE(vmm.allocations, before + 1);
}

TEST_F(Heap, R22_EmptyChunksGoBack) {
  const size_t before = vmm.pages_in_use();
  std::vector<void*> blocks;
  for (int i = 0; i < 40'000; ++i) blocks.push_back(libc::mobius_malloc(200));
  EXPECT_GT(vmm.pages_in_use(), before + 500);
  for (void* p : blocks) libc::mobius_free(p);
  // One chunk stays for the span that the class keeps, and one empty one.
  EXPECT_LE(vmm.pages_in_use(), before + 2 * CHUNK_PAGES);
}

TEST_F(Heap, R22_CallocZeroesWhatWasUsedAndRefusesOverflow) {
  for (size_t bytes : {24u, 3000u, 20'000u, 100'000u}) {
    void* p = libc::mobius_malloc(bytes);
    std::memset(p, 0xEE, bytes);
    libc::mobius_free(p);
    auto* q = static_cast<unsigned char*>(libc::mobius_calloc(bytes / 4, 4));
    for (size_t i = 0; i < bytes; ++i) ASSERT_EQ(q[i], 0);
    libc::mobius_free(q);
  }
  errno = 0;
  EXPECT_EQ(libc::mobius_calloc(SIZE_MAX / 2, 3), nullptr);
  EXPECT_EQ(errno, ENOMEM);
}

TEST_F(Heap, R22_ImpossibleSizesAreRefused) {
  for (size_t bytes : {SIZE_MAX, SIZE_MAX - 4096, SIZE_MAX / 2, size_t{0x7FFF0001}}) {
    errno = 0;
    EXPECT_EQ(libc::mobius_malloc(bytes), nullptr);
    EXPECT_EQ(errno, ENOMEM);
  }
  void* p = libc::mobius_malloc(10);
  EXPECT_EQ(libc::mobius_realloc(p, SIZE_MAX - 100), nullptr);
  libc::mobius_free(p);
}

TEST_F(Heap, R22_LargeReallocMovesPagesAndCopiesNothing) {
  auto* p = static_cast<unsigned char*>(libc::mobius_malloc(100'000));
  std::memset(p, 0x5A, 100'000);
  p = static_cast<unsigned char*>(libc::mobius_realloc(p, 10'000'000));
  EXPECT_EQ(vmm.resizes, 1u);
  EXPECT_EQ(p[99'999], 0x5A);
  EXPECT_EQ(p[9'999'999], 0);
  p = static_cast<unsigned char*>(libc::mobius_realloc(p, 50));  // becomes an object
  EXPECT_EQ(p[49], 0x5A);
  libc::mobius_free(p);
}

TEST_F(Heap, R22_AlignedBlocks) {
  std::vector<Block> blocks;
  for (size_t alignment = 16; alignment <= (1u << 20); alignment *= 2) {
    for (size_t bytes : {0u, 1u, 100u, 5000u, 40'000u, 300'000u}) {
      auto* p = static_cast<unsigned char*>(libc::mobius_memalign(alignment, bytes));
      ASSERT_NE(p, nullptr);
      ASSERT_EQ(reinterpret_cast<uintptr_t>(p) % alignment, 0u);
      ASSERT_GE(libc::mobius_malloc_usable_size(p), bytes);
      blocks.push_back({p, bytes, static_cast<unsigned char>(blocks.size())});
      fill(blocks.back());
    }
  }
  for (Block& block : blocks) {
    ASSERT_TRUE(intact(block, block.bytes));
    block.p = static_cast<unsigned char*>(libc::mobius_realloc(block.p, block.bytes * 2));
    ASSERT_TRUE(intact(block, block.bytes));
    libc::mobius_free(block.p);
  }
  void* p = nullptr;
  EXPECT_EQ(libc::mobius_posix_memalign(&p, 24, 100), EINVAL);
  EXPECT_EQ(libc::mobius_posix_memalign(&p, 64, 100), 0);
  libc::mobius_free(p);
}

using HeapDeathTest = Heap;
TEST_F(HeapDeathTest, R22_WhatIsNoBlockIsRefused) {
  auto* large = static_cast<char*>(libc::mobius_malloc(100'000));
  int local = 0;
  EXPECT_DEATH(libc::mobius_free(&local), "free: bad pointer");
  EXPECT_DEATH(libc::mobius_free(large + 4096), "free: bad pointer");
  EXPECT_DEATH(libc::mobius_free(large + 16), "free: bad pointer");
  libc::mobius_free(large);
  EXPECT_DEATH(libc::mobius_free(large), "free: bad pointer");
}

// 40,000 random calls against a list of what each block should hold.
TEST_F(Heap, R22_RandomCallsKeepEveryByte) {
  std::mt19937 random(20'040'229);
  std::vector<Block> live;
  const auto size = [&] {
    const unsigned kind = random() % 16;
    return kind < 10 ? random() % 300 : kind < 14 ? random() % 20'000 : random() % 100'000;
  };
  for (int i = 0; i < 40'000; ++i) {
    const unsigned what = random() % 8;
    if (live.size() < 10 || (what < 4 && live.size() < 500)) {
      const size_t bytes = size();
      void* p = what == 3 ? libc::mobius_memalign(size_t{1} << (random() % 14), bytes)
                          : libc::mobius_malloc(bytes);
      live.push_back({static_cast<unsigned char*>(p), bytes, static_cast<unsigned char>(i)});
      fill(live.back());
      continue;
    }
    Block& block = live[random() % live.size()];
    ASSERT_TRUE(intact(block, block.bytes)) << "call " << i;
    if (what == 7) {
      const size_t bytes = size();
      block.p = static_cast<unsigned char*>(libc::mobius_realloc(block.p, bytes));
      ASSERT_TRUE(intact(block, std::min(bytes, block.bytes))) << "call " << i;
      block.bytes = bytes;
      fill(block);
    } else {
      libc::mobius_free(block.p);
      block = live.back();
      live.pop_back();
    }
  }
  for (const Block& block : live) libc::mobius_free(block.p);
}

// Every VmmAlloc and VmmResize in turn says no; nothing is lost, and a second try works.
TEST_F(Heap, D3_EveryRefusalOfTheKernelIsSurvived) {
  for (long n = 0; n < 60; ++n) {
    std::vector<Block> live;
    vmm.calls_until_failure = n;
    size_t refused = 0;
    for (int i = 0; i < 300; ++i) {
      const size_t bytes = i % 5 == 0 ? 50'000 + i * 100 : 500 + i * 90;
      auto* p = static_cast<unsigned char*>(libc::mobius_malloc(bytes));
      if (!p) {
        EXPECT_EQ(errno, ENOMEM);
        ++refused;
        p = static_cast<unsigned char*>(libc::mobius_malloc(bytes));
      }
      ASSERT_NE(p, nullptr);
      live.push_back({p, bytes, static_cast<unsigned char>(i)});
      fill(live.back());
      if (i % 5 != 0) continue;
      void* moved = libc::mobius_realloc(p, bytes * 2);
      if (!moved) ++refused;
      else live.back().p = static_cast<unsigned char*>(moved);
    }
    EXPECT_LE(refused, 1u);
    for (const Block& block : live) {
      ASSERT_TRUE(intact(block, block.bytes));
      libc::mobius_free(block.p);
    }
    vmm.calls_until_failure = -1;
  }
}

}  // namespace
