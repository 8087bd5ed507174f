// Threads on libc's malloc, over mmap and under TSan (R22): blocks that change hands, threads that
// end, one that takes and one that frees. TSan tells races; marks in the blocks tell mix-ups.
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "mobius_malloc.h"
#include "sim/random.h"

namespace mobius::test {
namespace {

struct Block {
  unsigned char* p = nullptr;
  uint32_t bytes = 0;
};

std::atomic<int> wrong{0};

void mark(Block& block, void* p, uint32_t bytes) {
  block = {static_cast<unsigned char*>(p), bytes};
  if (!p) {
    ++wrong;
    return;
  }
  block.p[0] = block.p[bytes / 2] = block.p[bytes - 1] = static_cast<unsigned char>(bytes);
}

void check(const Block& block) {
  const auto expected = static_cast<unsigned char>(block.bytes);
  for (uint32_t at : {0u, block.bytes / 2, block.bytes - 1}) wrong += block.p[at] != expected;
}

void give(Block& block) {
  if (!block.p) return;
  check(block);
  mobius_free(block.p);
  block.p = nullptr;
}

uint32_t size(sim::Random& random) {
  return 1 + random.below(random.chance(40) ? 700'000 : random.chance(8) ? 30'000 : 500);
}

void replace(Block& block, sim::Random& random) {
  const uint32_t bytes = size(random);
  if (block.p && random.chance(8)) {
    check(block);
    mark(block, mobius_realloc(block.p, bytes), bytes);
    return;
  }
  give(block);
  mark(block, random.chance(8) ? mobius_memalign(64, bytes) : mobius_malloc(bytes), bytes);
}

class Threads : public ::testing::Test {
 protected:
  Threads() { wrong = 0; }
  ~Threads() override {
    EXPECT_EQ(wrong.load(), 0);
    cache_finish();
  }
};

// Each array has another thread every turn, and every thread ends after one: what it kept must find
// its way back, and what it took is freed by others.
TEST_F(Threads, R22_ArraysChangeHandsAndThreadsEnd) {
  constexpr int kThreads = 4, kTurns = 20, kBlocks = 200, kCalls = 6000;
  std::vector<std::vector<Block>> arrays(kThreads, std::vector<Block>(kBlocks));
  for (int turn = 0; turn < kTurns; ++turn) {
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&array = arrays[(t + turn) % kThreads], seed = turn * kThreads + t] {
        sim::Random random(seed);
        for (int i = 0; i < kCalls; ++i) replace(array[random.below(kBlocks)], random);
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  for (auto& array : arrays) {
    for (Block& block : array) give(block);
  }
  EXPECT_LE(pages_state().used, 1000u);  // the last spans of classes, and this thread's cache
}

// The same at the same time: whoever has the lock of an array replaces a few blocks in it.
TEST_F(Threads, R22_BlocksAreFreedByAnybodyAtAnyTime) {
  constexpr int kThreads = 4, kArrays = 8, kBlocks = 100, kTurns = 1500;
  struct Array {
    std::mutex mutex;
    Block blocks[kBlocks];
  };
  std::vector<Array> arrays(kArrays);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&arrays, t] {
      sim::Random random(1000 + t);
      for (int i = 0; i < kTurns; ++i) {
        Array& array = arrays[random.below(kArrays)];
        std::lock_guard guard(array.mutex);
        for (int k = 0; k < 50; ++k) replace(array.blocks[random.below(kBlocks)], random);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (Array& array : arrays) {
    for (Block& block : array.blocks) give(block);
  }
}

class Queue {
 public:
  void put(std::vector<Block> batch) {
    std::unique_lock guard(mutex_);
    changed_.wait(guard, [&] { return batches_.size() < 16; });
    batches_.push_back(std::move(batch));
    changed_.notify_all();
  }
  std::vector<Block> take() {
    std::unique_lock guard(mutex_);
    changed_.wait(guard, [&] { return !batches_.empty(); });
    std::vector<Block> batch = std::move(batches_.back());
    batches_.pop_back();
    changed_.notify_all();
    return batch;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::vector<Block>> batches_;
};

TEST_F(Threads, R22_OneTakesAndTheOtherFrees) {
  constexpr int kBatches = 6000, kBatch = 60;
  const uint32_t before = pages_state().used;
  Queue queue;
  std::thread producer([&queue] {
    sim::Random random(7);
    for (int i = 0; i < kBatches; ++i) {
      std::vector<Block> batch(kBatch);
      for (Block& block : batch) {
        const uint32_t bytes = 1 + random.below(600);
        mark(block, mobius_malloc(bytes), bytes);
      }
      queue.put(std::move(batch));
    }
  });
  for (int i = 0; i < kBatches; ++i) {
    for (Block& block : queue.take()) give(block);
  }
  producer.join();
  // 360,000 blocks passed through: they were used again.
  EXPECT_LE(pages_state().used, before + 600);
}

// A thread's cache is empty at first whoever had its memory before.
TEST_F(Threads, R22_ManyShortLives) {
  void* p[4] = {};
  for (int i = 0; i < 300; ++i) {
    std::thread([&p, i] {
      for (void*& q : p) {
        mobius_free(q);
        q = mobius_malloc(static_cast<size_t>(i) * 7 % 2000);
      }
    }).join();
  }
  for (void* q : p) mobius_free(q);
}

}  // namespace
}  // namespace mobius::test
