// The simulation in CI: a fixed number of seeds of every fault class, and that it is what it says:
// repeatable, beyond memory, and able to fail and to shrink what failed.
#include <gtest/gtest.h>

#include <bit>

#include "simulation/runner.h"
#include "simulation/shrink.h"

namespace mobius::simulation {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr uint64_t kSeedsAPart = 14;  // sanitizers are slow; scripts/test runs the others without
#else
constexpr uint64_t kSeedsAPart = 200;
#endif
constexpr uint64_t kParts = 10;

class Seeds : public testing::TestWithParam<uint64_t> {};

TEST_P(Seeds, R13_R15_D1_D3_no_byte_no_frame_and_no_slot_is_lost) {
  const Summary summary =
      run_seeds({.first = 1 + GetParam() * kSeedsAPart, .seeds = kSeedsAPart});
  EXPECT_EQ(summary.failed, 0u) << summary.stories;
  EXPECT_EQ(summary.seeds, kSeedsAPart);
  EXPECT_GE(summary.counts.operations, 1990 * kSeedsAPart);
  EXPECT_GE(summary.counts.pages_compared, summary.counts.operations);
  EXPECT_EQ(summary.counts.lives_beyond_memory, kSeedsAPart);
  EXPECT_GE(summary.counts.promises, kSeedsAPart);
  EXPECT_GE(summary.counts.locks, kSeedsAPart);
  EXPECT_NE(summary.counts.swap_offs, 0u);
  EXPECT_GE(summary.counts.pages_ahead, kSeedsAPart);
  EXPECT_GE(summary.counts.taken_back, kSeedsAPart);
}
INSTANTIATE_TEST_SUITE_P(CI, Seeds, testing::Range(uint64_t{0}, kParts));

TEST(Simulation, one_seed_is_one_history) {
  for (uint64_t seed : {5u, 13u, 27u}) {
    const Summary first = run_seeds({.first = seed}), second = run_seeds({.first = seed});
    EXPECT_EQ(first.hash, second.hash);
    EXPECT_NE(first.hash, run_seeds({.first = seed + 28}).hash);
  }
}

// By hand, of the first 79,093: SwapOff's patience ended with a round, one page came and went where
// two frames were needed, a page was being written when patience with the others had ended.
TEST(Simulation, seeds_that_once_failed) {
  for (uint64_t seed : {9807u, 73467u, 79093u}) {
    const Summary summary = run_seeds({.first = seed});
    EXPECT_EQ(summary.failed, 0u) << summary.stories;
  }
}

// Without faults and with swap for everything, nothing fails at all; but promises and SwapOff may
// leave less swap space than everything takes.
TEST(Simulation, D3_where_nothing_is_wrong_nobody_is_refused) {
  Wanted wanted{.first = 4, .seeds = 20, .faults = Faults::None};
  Summary summary = run_seeds(wanted);
  EXPECT_EQ(summary.failed, 0u) << summary.stories;
  EXPECT_EQ(summary.counts.io_errors, 0u);
  EXPECT_EQ(summary.counts.lives_beyond_memory, 20u);
  wanted.without = 1u << static_cast<unsigned>(Kind::Promise) |
                   1u << static_cast<unsigned>(Kind::SwapOff);
  summary = run_seeds(wanted);
  EXPECT_EQ(summary.failed, 0u) << summary.stories;
  EXPECT_EQ(summary.counts.out_of_memory + summary.counts.io_errors, 0u);
}

// The last byte of every page that was written to; a program's thread 0 uses no such word.
void spoil_one_byte_a_page(Setting& setting) {
  LockGuard guard(setting.machine.manager.lock);
  for (uint32_t f = 0; f < setting.machine.memory.frames(); ++f) {
    if (setting.machine.frames.record({f}).use != mm::FrameUse::Anonymous) continue;
    setting.machine.memory.hardware({f})[kPageSize - 1] ^= std::byte{1};
  }
}

TEST(Simulation, R15_one_byte_beside_the_word_of_an_access_is_noticed) {
  Setting setting(Plan{});
  sim::SimImage* const image = sim::SimImage::create(setting.machine, setting.layout, setting.file);
  auto program = Program::start(setting, 0, *image);
  const auto use = [&](Kind kind) {
    Actor by{sim::Random(1), 0};
    program->perform(kind, by);
  };
  use(Kind::Promise);
  use(Kind::SweepWrite);
  use(Kind::SweepRead);
  EXPECT_GE(setting.counts.pages_compared, 3u);
  for (Kind kind : {Kind::SweepRead, Kind::SweepWrite}) {
    EXPECT_DEATH((spoil_one_byte_a_page(setting), use(kind)), "the byte at 0x[0-9a-f]+fff is");
  }
  program.reset();
  image->release();
  setting.swap.finish();
  EXPECT_EQ(setting.machine.scheduler.run(), 0u);
}

TEST(Simulation, what_fails_is_shrunk_to_what_it_takes) {
  const auto needs = [](const Plan& plan) {
    const bool there = plan.operations > 700 && !plan.dropped.contains(700) &&
                       (plan.without & 1u << static_cast<unsigned>(Kind::Write)) == 0;
    return std::string(there ? "broken" : "");
  };
  const Plan small = shrink(Plan{}, needs, 5000);
  EXPECT_EQ(small.operations, 701u);
  EXPECT_EQ(small.dropped.size(), 700u);
  EXPECT_FALSE(small.dropped.contains(700));
  EXPECT_EQ(std::popcount(small.without), static_cast<int>(kKinds) - 1);
}

}  // namespace
}  // namespace mobius::simulation
