// The kernel heap: sizes and alignment, what comes back, what is caught, and running out.
#include "mm/heap/kernel_heap.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <vector>

#include "sim/random.h"
#include "sim/sim_frame_memory.h"

namespace mobius::mm {
namespace {

class KernelHeapTest : public testing::Test {
 protected:
  KernelHeapTest() {
    FrameRange usable[] = {{{256}, {kFrames}}};
    memory_.fill_with_junk(usable[0]);
    EXPECT_TRUE(frames_.initialize(usable).has_value());
    free_at_first_ = frames_.counts().free();
  }
  ~KernelHeapTest() override {
    heap_.check();
    frames_.check();
  }
  std::byte* take(size_t bytes) {
    auto p = heap_.allocate(bytes);
    return p.has_value() ? static_cast<std::byte*>(*p) : nullptr;
  }
  void expect_all_back() {
    heap_.trim();
    heap_.check();
    EXPECT_EQ(heap_.frames_used(), 0u);
    EXPECT_EQ(frames_.counts().free(), free_at_first_);
  }

  static constexpr uint32_t kFrames = 8192;
  sim::SimFrameMemory memory_{kFrames, FrameNumber{6144}};
  FrameAllocator frames_{memory_};
  KernelHeap heap_{frames_, memory_};
  uint32_t free_at_first_ = 0;
};

TEST_F(KernelHeapTest, every_size_is_aligned_whole_and_direct) {
  std::vector<std::pair<std::byte*, size_t>> blocks;
  for (size_t bytes = 1; bytes <= 5000; bytes += bytes < 300 ? 1 : 37) {
    std::byte* p = take(bytes);
    ASSERT_NE(p, nullptr);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(p) % (bytes > kMaxSlabObject ? 4096 : 16), 0u);
    EXPECT_TRUE(memory_.is_direct(memory_.frame_at(p)));
    std::memset(p, static_cast<int>(bytes % 251), bytes);
    blocks.emplace_back(p, bytes);
  }
  heap_.check();  // headers and free lists survived what was written
  for (auto [p, bytes] : blocks) {
    for (size_t i = 0; i < bytes; ++i) ASSERT_EQ(p[i], static_cast<std::byte>(bytes % 251));
    heap_.free(p, bytes);
  }
  expect_all_back();
}

TEST_F(KernelHeapTest, big_blocks_are_runs_up_to_4_mib) {
  for (size_t bytes : {2033u, 4096u, 4097u, 100000u, 1u << 20, 4u << 20}) {
    std::byte* p = take(bytes);
    ASSERT_NE(p, nullptr) << bytes;
    size_t run = std::bit_ceil((bytes + kPageSize - 1) / kPageSize);
    EXPECT_EQ(heap_.frames_used(), run);
    EXPECT_EQ(memory_.frame_at(p).value % run, 0u);
    std::memset(p, 0xCC, bytes);
    heap_.free(p, bytes);
    EXPECT_EQ(heap_.frames_used(), 0u);
  }
  EXPECT_EQ(take((4u << 20) + 1), nullptr);
  EXPECT_EQ(take(SIZE_MAX), nullptr);
}

TEST_F(KernelHeapTest, a_slab_is_full_before_the_next_is_taken) {
  for (size_t bytes : {16u, 48u, 336u, 1344u, 2032u}) {
    size_t capacity = (kPageSize - kSlabHeader) / bytes;
    std::vector<std::byte*> blocks;
    for (size_t i = 0; i < capacity; ++i) blocks.push_back(take(bytes));
    EXPECT_EQ(heap_.frames_used(), 1u) << bytes;
    blocks.push_back(take(bytes));
    EXPECT_EQ(heap_.frames_used(), 2u) << bytes;
    heap_.check();
    for (std::byte* p : blocks) heap_.free(p, bytes);
    heap_.check();
    expect_all_back();
  }
}

TEST_F(KernelHeapTest, holes_are_filled_before_new_slabs_are_taken) {
  std::vector<std::byte*> blocks;
  for (int i = 0; i < 2000; ++i) blocks.push_back(take(64));
  uint32_t used = heap_.frames_used();
  for (size_t i = 0; i < blocks.size(); i += 3) heap_.free(blocks[i], 64);
  heap_.check();
  for (size_t i = 0; i < blocks.size(); i += 3) blocks[i] = take(64);
  EXPECT_EQ(heap_.frames_used(), used);
  for (std::byte* p : blocks) heap_.free(p, 64);
  EXPECT_LE(heap_.frames_used(), 1u);
  expect_all_back();
}

TEST_F(KernelHeapTest, R11_small_blocks_keep_to_their_frames) {
  for (int i = 0; i < 1000; ++i) heap_.free(take(100), 100);
  EXPECT_EQ(heap_.frames_used(), 1u);
}

TEST_F(KernelHeapTest, random_blocks_keep_their_bytes) {
  sim::Random random(7);
  std::map<std::byte*, std::pair<size_t, int>> blocks;
  for (int i = 0; i < 60'000; ++i) {
    bool growing = i / 5000 % 2 == 0;
    if (random.below(10) < (growing ? 7u : 3u)) {
      size_t bytes = 1 + random.below(random.chance(10) ? 9000 : 700);
      std::byte* p = take(bytes);
      if (p == nullptr) continue;
      std::memset(p, i & 0xFF, bytes);
      ASSERT_TRUE(blocks.emplace(p, std::pair(bytes, i & 0xFF)).second);
    } else if (!blocks.empty()) {
      auto it = std::next(blocks.begin(), random.below(std::min<size_t>(blocks.size(), 50)));
      auto [bytes, value] = it->second;
      ASSERT_EQ(std::count(it->first, it->first + bytes, static_cast<std::byte>(value)),
                static_cast<ptrdiff_t>(bytes));
      heap_.free(it->first, bytes);
      blocks.erase(it);
    }
    if (i % 2000 == 0) heap_.check();
  }
  for (auto [p, block] : blocks) heap_.free(p, block.first);
  expect_all_back();
}

struct Counted {
  explicit Counted(int& alive) : alive(alive) { ++alive; }
  ~Counted() { --alive; }
  int& alive;
  char more[100];
};

TEST_F(KernelHeapTest, created_objects_are_destroyed_by_their_owner) {
  int alive = 0;
  {
    auto one = heap_.create<Counted>(alive);
    ASSERT_TRUE(one.has_value());
    KernelHeap::Owned<Counted> two = std::move(*heap_.create<Counted>(alive));
    EXPECT_EQ(alive, 2);
    heap_.destroy(two.release());
    EXPECT_EQ(alive, 1);
  }
  EXPECT_EQ(alive, 0);
  heap_.free(nullptr, 32);
  expect_all_back();
}

TEST_F(KernelHeapTest, D3_every_failing_frame_leaves_the_heap_as_it_was) {
  for (uint32_t after = 0; after < 20; ++after) {
    std::vector<std::byte*> blocks;
    frames_.gate().plan_failure({after, true});
    for (std::byte* p = take(500); p != nullptr; p = take(500)) blocks.push_back(p);
    EXPECT_EQ(blocks.size(), after * ((kPageSize - kSlabHeader) / 576));
    heap_.check();
    EXPECT_EQ(take(5000), nullptr);
    int alive = 0;
    EXPECT_FALSE(heap_.create<Counted>(alive).has_value());
    EXPECT_EQ(alive, 0);
    frames_.gate().plan_failure({});
    blocks.push_back(take(500));
    EXPECT_NE(blocks.back(), nullptr);
    for (std::byte* p : blocks) heap_.free(p, 500);
    expect_all_back();
  }
}

TEST_F(KernelHeapTest, D3_promised_requests_go_below_the_floor) {
  const uint32_t free = frames_.counts().free();
  frames_.gate().set_admission({.reserve = free});
  EXPECT_EQ(take(64), nullptr);
  auto small = heap_.allocate(64, FrameClass::Promised);
  ASSERT_TRUE(small.has_value());
  auto big = heap_.allocate(10000, FrameClass::Promised);
  ASSERT_TRUE(big.has_value());
  EXPECT_EQ(frames_.counts().free(), free - 5);
  heap_.free(*big, 10000);
  heap_.free(*small, 64);
  frames_.gate().set_admission({.reserve = 0});
}

// The heap itself asks for frames, so it asks which thread that is for.
TEST_F(KernelHeapTest, S1_requests_of_a_promised_thread_are_promised) {
  struct OneThread final : Waiting {
    void wait_unguarded(const void*) override {}
    void wake(const void*) override {}
    FrameClass promoted(FrameClass own) const override {
      return promised ? FrameClass::Promised : own;
    }
    bool promised = false;
  } thread;
  heap_.serve(thread);
  frames_.gate().set_admission({.reserve = frames_.counts().free()});
  EXPECT_EQ(take(64), nullptr);
  EXPECT_FALSE(heap_.allocate(10000).has_value());
  thread.promised = true;
  std::byte* const small = take(64);
  EXPECT_NE(small, nullptr);
  auto big = heap_.allocate(10000);
  ASSERT_TRUE(big.has_value());
  heap_.free(*big, 10000);
  heap_.free(small, 64);
  frames_.gate().set_admission({});
}

using KernelHeapDeathTest = KernelHeapTest;

TEST_F(KernelHeapDeathTest, wrong_frees_are_caught) {
  std::byte* a = take(64);
  std::byte* b = take(64);
  std::byte* run = take(5000);
  std::byte* frame = memory_.direct({300});
  EXPECT_DEATH(heap_.free(a, 200), "KASSERT");        // another class
  EXPECT_DEATH(heap_.free(frame, 64), "KASSERT");     // not the heap's
  EXPECT_DEATH(heap_.free(run, 64), "KASSERT");       // a run, not a slab
  EXPECT_DEATH(heap_.free(run, 3000), "KASSERT");     // another order
  EXPECT_DEATH(heap_.free(run + 16, 5000), "KASSERT");
  EXPECT_DEATH(static_cast<void>(heap_.allocate(0)), "KASSERT");
  heap_.free(a, 64);
  EXPECT_DEATH(heap_.free(a, 64), "KASSERT");         // twice in a row
  heap_.free(b, 64);
  EXPECT_DEATH((heap_.free(a, 64), heap_.check()), "KASSERT");  // twice, check() sees it
  EXPECT_DEATH((std::memset(a, 0xEE, 16), heap_.check()), "KASSERT|SEGV|runtime error");
  heap_.free(run, 5000);
  heap_.trim();
  EXPECT_DEATH(heap_.free(b, 64), "KASSERT");  // its slab is gone
}

bool all_are(const std::byte* bytes, size_t count, std::byte value) {
  return std::all_of(bytes, bytes + count, [=](std::byte b) { return b == value; });
}

TEST_F(KernelHeapTest, blocks_are_full_of_junk_before_and_after_in_the_builds_that_fill) {
  for (size_t bytes : {16u, 17u, 300u, 2032u, 2033u, 70000u}) {
    std::byte* const block = take(bytes);
    EXPECT_EQ(all_are(block, bytes, kFreshJunk), kFillsWithJunk) << bytes;
    std::memset(block, 0x11, bytes);
    heap_.free(block, bytes);
    constexpr size_t kLink = sizeof(void*);
    EXPECT_EQ(all_are(block + kLink, bytes - kLink, kFreedJunk), kFillsWithJunk) << bytes;
    std::byte* const again = take(bytes);
    EXPECT_EQ(all_are(again, bytes, kFreshJunk), kFillsWithJunk) << bytes;
    heap_.free(again, bytes);
  }
  expect_all_back();
}

TEST_F(KernelHeapTest, a_write_to_a_freed_block_is_caught_in_the_builds_that_fill) {
  std::byte* const kept = take(64);
  std::byte* const block = take(64);
  heap_.free(block, 64);
  block[63] = std::byte{1};
  if (kFillsWithJunk) {
    EXPECT_DEATH((void)heap_.allocate(64), "KASSERT");
    block[63] = kFreedJunk;
  } else {
    EXPECT_EQ(take(64), block);
    heap_.free(block, 64);
  }
  heap_.free(kept, 64);
}

}  // namespace
}  // namespace mobius::mm
