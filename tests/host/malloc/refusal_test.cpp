// The kernel says no (D3): each of its calls in turn, and all of them from some point on. Then the
// program gets NULL and ENOMEM, or does not notice; nothing is lost; a second try works.
#include "heap_fixture.h"

namespace mobius::test {
namespace {

// Objects, runs, blocks and aligned ones that come, grow and go: calls of every kind. A call that
// is refused is tried `again` so many times; if at all, the last must come off.
class Workload {
 public:
  explicit Workload(size_t again) : again_{again} {}
  ~Workload() {
    for (const Block& block : live_) give(block);
  }

  size_t refused() const { return refused_; }

  void run() {
    for (size_t i = 0; i < 240; ++i) {
      add(400 + i * 90);
      if (i % 5 == 0) add(50'000 + i * 1400);
      if (i % 25 == 0) add(i * 1000, 1 << 16);
      if (i % 6 == 0 && !live_.empty()) grow(live_[i * 7919 % live_.size()]);
      if (i % 100 == 99) drop(live_.size() * 2 / 3);
    }
    drop(0);
  }

 private:
  void give(const Block& block) {
    EXPECT_TRUE(block.intact()) << block.bytes;
    mobius_free(block.p);
  }
  template <typename Call>
  void* call(Call try_it) {
    for (size_t i = 0; i <= again_; ++i) {
      errno = 0;
      if (void* p = try_it()) return p;
      EXPECT_EQ(errno, ENOMEM);
      ++refused_;
    }
    EXPECT_EQ(again_, 0u) << "refused again";
    return nullptr;
  }
  void add(size_t bytes, size_t alignment = 16) {
    void* p = call([&] {
      return alignment == 16 ? mobius_malloc(bytes) : mobius_memalign(alignment, bytes);
    });
    if (!p) return;
    live_.push_back({static_cast<unsigned char*>(p), bytes, ++fill_});
    live_.back().paint();
  }
  void grow(Block& block) {
    void* p = call([&] { return mobius_realloc(block.p, block.bytes * 3); });
    if (!p) {
      EXPECT_TRUE(block.intact());
      return;
    }
    block.p = static_cast<unsigned char*>(p);
    EXPECT_TRUE(block.intact());
    block.bytes *= 3;
    block.paint();
  }
  void drop(size_t rest) {
    for (; live_.size() > rest; live_.pop_back()) give(live_.back());
  }

  size_t again_;
  std::vector<Block> live_;
  size_t refused_ = 0;
  unsigned char fill_ = 0;
};

size_t calls_so_far() { return vmm.allocs + vmm.resizes + vmm.protects + vmm.advises; }

class Refusal : public Heap {
 protected:
  // Everything that was the program's is the heap's again; the books balance.
  static void expect_nothing_lost() {
    cache_finish();
    kept_drop();
    const HeapCount count = check_heap();
    EXPECT_EQ(count.objects + count.runs + count.blocks, 0u);
  }
  static size_t count_calls() {
    const size_t before = calls_so_far();
    Workload{1}.run();
    expect_nothing_lost();
    return calls_so_far() - before;
  }
};

// What the program does not notice was tried again, without kept blocks or with less room.
TEST_F(Refusal, D3_EachCallOfTheKernelRefusedOnceAndTwice) {
  const size_t calls = count_calls();
  ASSERT_GT(calls, 50u);
  size_t noticed[3] = {};
  for (size_t n = 0; n < 2 * calls; ++n) {
    SCOPED_TRACE(n);
    const long times = n < calls ? 1 : 2;
    vmm.fail_after(n % calls, times);
    {
      Workload workload{static_cast<size_t>(times)};
      workload.run();
      EXPECT_LE(workload.refused(), static_cast<size_t>(times));
      noticed[times] += workload.refused() != 0;
    }
    expect_nothing_lost();
    vmm.calls_until_failure = FakeVmm::kNever;
    if (HasFailure()) return;
  }
  EXPECT_GT(noticed[1], 5u);
  EXPECT_GT(noticed[2], calls / 5);
}

TEST_F(Refusal, D3_EachCallRefusedOnceWhereNothingIsAligned) {
  vmm.unaligned = true;
  const size_t calls = count_calls();
  for (size_t n = 0; n < calls; n += 3) {
    SCOPED_TRACE(n);
    vmm.fail_after(n);
    {
      Workload workload{1};
      workload.run();
      EXPECT_LE(workload.refused(), 1u);
    }
    expect_nothing_lost();
    vmm.calls_until_failure = FakeVmm::kNever;
    if (HasFailure()) return;
  }
}

TEST_F(Refusal, D3_AllCallsRefused) {
  vmm.failing = true;
  {
    Workload workload{0};
    workload.run();
    EXPECT_GT(workload.refused(), 10u);
  }
  expect_nothing_lost();
  vmm.failing = false;
  count_calls();  // and all is well again
}

}  // namespace
}  // namespace mobius::test
