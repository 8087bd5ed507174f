// What tests of malloc share: blocks with a pattern, a heap that is empty before and after, and a
// walk over all that the heap keeps.
#pragma once
#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "fake_vmm.h"
#include "mobius_malloc.h"

namespace mobius::test {

struct Block {
  unsigned char* p;
  size_t bytes;
  unsigned char fill;

  void paint() const { std::memset(p, fill, bytes); }
  // Its first `count` bytes are as painted.
  bool intact(size_t count) const {
    return count == 0 || (p[0] == fill && std::memcmp(p, p + 1, count - 1) == 0);
  }
  bool intact() const { return intact(bytes); }
};

struct HeapCount {
  size_t chunks = 0, spans = 0, runs = 0, blocks = 0;
  size_t objects = 0;  // in the program's hands: not in spans, nor in this thread's cache
  size_t used_pages = 0, touched_free = 0;
  size_t kept = 0;  // blocks
};
// Walks every chunk, span, list and block, holds them to each other, and counts. Says what is wrong
// as test failures. Requires: nobody else is at it.
HeapCount check_heap();

class Heap : public ::testing::Test {
 protected:
  Heap() {
    cache_finish();
    kept_drop();
    vmm.calls_until_failure = FakeVmm::kNever;
    vmm.failing = vmm.unaligned = false;
    vmm.resize_moves = true;
    vmm.allocs = vmm.frees = vmm.resizes = vmm.protects = vmm.advises = 0;
  }
  // Nothing is lost.
  ~Heap() override {
    for (const Block& block : live) mobius_free(block.p);
    cache_finish();
    const HeapCount count = check_heap();
    EXPECT_EQ(count.objects + count.runs + count.blocks, 0u);
  }

  Block& keep(void* p, size_t bytes) {
    live.push_back({static_cast<unsigned char*>(p), bytes,
                    static_cast<unsigned char>(live.size() * 7 + 1)});
    live.back().paint();
    return live.back();
  }
  Block& take(size_t bytes) { return keep(mobius_malloc(bytes), bytes); }
  void free_all() {
    for (const Block& block : live) {
      EXPECT_TRUE(block.intact()) << block.bytes;
      mobius_free(block.p);
    }
    live.clear();
  }

  // Runs as long as no object is, until a new chunk was taken: from there on the heap is fresh.
  void fill_holes() {
    for (const size_t before = vmm.blocks.size(); vmm.blocks.size() == before;) {
      live.push_back({static_cast<unsigned char*>(mobius_malloc(9 * kPage)), 0, 0});
    }
  }

  std::vector<Block> live;
};

inline uintptr_t address(const void* p) { return reinterpret_cast<uintptr_t>(p); }

}  // namespace mobius::test
