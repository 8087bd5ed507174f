// Random histories of malloc calls beside a plain model (operations.h). A seed is one history.
//
//   MALLOC_OPERATIONS=100000000 test_malloc --gtest_filter='*R22_LongHistory*'
#include "heap_fixture.h"
#include "operations.h"
#include "sim/random.h"

namespace mobius::test {
namespace {

// How many blocks there are, and how large: a history changes its ways now and then.
struct Ways {
  uint32_t limit_log2, frees;
};

Ways draw_ways(sim::Random& random) {
  static constexpr uint32_t kLimits[] = {6, 9, 9, 10, 12, 14, 15, 17, 19, 21};
  return {kLimits[random.below(10)], 1 + random.below(6)};
}

size_t draw_size(sim::Random& random, uint32_t limit_log2) {
  const uint32_t top = 3 + random.below(limit_log2 - 2);
  return random.below(1u << top) + (random.chance(4) ? 1u << top : 0);
}

Operations::Kind draw_kind(sim::Random& random, uint32_t frees) {
  const uint32_t drawn = random.below(10 + frees);
  if (drawn >= 10) return random.chance(4) ? Operations::kFreeSized : Operations::kFree;
  static constexpr Operations::Kind kKinds[] = {
      Operations::kMalloc,  Operations::kMalloc,  Operations::kMalloc, Operations::kMalloc,
      Operations::kMalloc,  Operations::kCalloc,  Operations::kRealloc, Operations::kRealloc,
      Operations::kAligned, Operations::kUsable};
  return kKinds[drawn];
}

void live_a_history(uint64_t seed, uint64_t operations) {
  std::printf("seed %llu, %llu operations\n", static_cast<unsigned long long>(seed),
              static_cast<unsigned long long>(operations));
  sim::Random random{seed};
  Operations program{2000};
  Ways ways = draw_ways(random);
  for (uint64_t i = 0; i < operations; ++i) {
    if (random.chance(5000)) {
      ways = draw_ways(random);
      vmm.unaligned = random.chance(3);
      vmm.resize_moves = random.chance(2);
      if (random.chance(8)) cache_finish();
      if (random.chance(50)) check_heap();
    }
    // Large ones are few, or there would be no room for them.
    const uint32_t slots = ways.limit_log2 < 16 ? 2000 : ways.limit_log2 < 18 ? 300 : 40;
    const size_t bytes = draw_size(random, ways.limit_log2);
    program.run(draw_kind(random, ways.frees), random.below(slots), bytes,
                random.chance(50) ? random.below(18) : random.below(9));
  }
}

class History : public Heap, public testing::WithParamInterface<int> {};

TEST_P(History, R22_KeepsEveryByte) { live_a_history(GetParam(), 150'000); }

INSTANTIATE_TEST_SUITE_P(Seeds, History, testing::Range(1, 9));

TEST_F(Heap, R22_LongHistory) {
  const char* operations = std::getenv("MALLOC_OPERATIONS");
  const char* seed = std::getenv("MALLOC_SEED");
  live_a_history(seed ? std::strtoull(seed, nullptr, 10) : 1,
                 operations ? std::strtoull(operations, nullptr, 10) : 100'000);
}

}  // namespace
}  // namespace mobius::test
