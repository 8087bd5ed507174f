// Swap space: runs of slots, all of them used up, bad ones retired; beside a naive model.
#include "mm/swap/swap_space.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "sim/random.h"
#include "sim/sim_machine.h"

namespace mobius {
namespace {

using mm::SwapSlot;
using mm::SwapSpace;

constexpr uint32_t kChunk = 992;  // slots that one frame describes

struct Space : testing::Test {
  sim::SimMachine machine{{.frames = 512}};
  SwapSpace space{machine.heap};
  ~Space() override { machine.heap.check(); }
  void open(uint32_t slots) { ASSERT_TRUE(space.open(slots)); }
};

TEST_F(Space, a_run_is_as_long_as_asked_for_and_lies_in_a_row) {
  open(100);
  const auto run = space.take_run(32);
  EXPECT_EQ(run.first.value, 1u);
  EXPECT_EQ(run.count, 32u);
  EXPECT_EQ(space.free(), 68u);
  for (uint32_t n = 1; n <= 100; ++n) EXPECT_EQ(space.in_use({n}), n <= 32);
  EXPECT_EQ(space.take_run(32).first.value, 33u);
  space.check();
}

TEST_F(Space, a_gap_that_fits_is_found_between_others_and_across_words) {
  open(200);
  ASSERT_EQ(space.take_run(200).count, 197u);  // three are kept for bad ones
  for (uint32_t n : {5u, 6u, 60u, 61u, 62u, 63u, 64u, 65u, 66u, 100u}) space.give({n});
  const auto run = space.take_run(7);
  EXPECT_EQ(run.first.value, 60u);
  EXPECT_EQ(run.count, 7u);
}

TEST_F(Space, without_a_run_that_fits_the_longest_is_taken_and_no_more_than_asked_for) {
  open(63);
  ASSERT_EQ(space.take_run(63).count, 63u);
  for (uint32_t n : {3u, 20u, 21u, 22u, 40u, 41u, 62u, 63u}) space.give({n});
  EXPECT_EQ(space.take_run(32).count, 3u);
  EXPECT_EQ(space.take_run(1).count, 1u);
  space.check();
}

TEST_F(Space, when_all_are_taken_a_run_is_empty) {
  open(3);
  EXPECT_EQ(space.take_run(8).count, 3u);
  EXPECT_EQ(space.take_run(1).count, 0u);
  space.give({2});
  EXPECT_EQ(space.take_run(8).first.value, 2u);
}

TEST_F(Space, all_slots_of_several_frames_are_handed_out_once_and_none_beyond_the_end) {
  const uint32_t slots = 2 * kChunk + 5;
  open(slots);
  std::vector<bool> seen(slots + 1);
  uint32_t got = 0;
  for (SwapSpace::Run run; (run = space.take_run(32)).count != 0; got += run.count) {
    for (uint32_t i = 0; i < run.count; ++i) {
      const uint32_t n = run.first.value + i;
      ASSERT_TRUE(n >= 1 && n <= slots);
      ASSERT_FALSE(seen[n]);
      seen[n] = true;
    }
  }
  EXPECT_EQ(got, slots - slots / 64);
  EXPECT_EQ(space.free(), slots / 64);
  space.check();
}

TEST_F(Space, D3_a_retired_slot_is_never_handed_out_again) {
  open(40);
  ASSERT_EQ(space.take_run(40).count, 40u);
  space.retire({7});
  for (uint32_t n = 1; n <= 40; ++n) {
    if (n != 7) space.give({n});
  }
  EXPECT_EQ(space.retired(), 1u);
  EXPECT_EQ(space.free(), 39u);
  uint32_t got = 0;
  for (SwapSpace::Run run; (run = space.take_run(32)).count != 0; got += run.count) {
    EXPECT_FALSE(run.first.value <= 7 && 7 < run.first.value + run.count);
  }
  EXPECT_EQ(got, 39u);
  space.check();
}

TEST_F(Space, D3_retired_slots_come_from_a_margin_that_is_kept_for_them) {
  open(320);
  EXPECT_EQ(space.good(), 315u);
  ASSERT_EQ(space.take_run(320).count, 315u);
  EXPECT_EQ(space.take_run(1).count, 0u);
  for (uint32_t n = 1; n <= 5; ++n) space.retire({n});
  EXPECT_EQ(space.good(), 315u);
  EXPECT_EQ(space.take_run(32).count, 5u);
  EXPECT_EQ(space.take_run(1).count, 0u);
  space.check();
  space.retire({6});
  EXPECT_EQ(space.good(), 314u);
  EXPECT_EQ(space.take_run(1).count, 0u);
}

TEST_F(Space, D3_slots_that_were_retired_are_retired_when_it_is_opened_again) {
  const uint32_t slots = 3 * kChunk, bad = kChunk + 7, frames = machine.frames.counts().free();
  open(slots);
  const auto run = space.take_run(slots);
  ASSERT_EQ(run.count, kChunk);
  ASSERT_EQ(space.take_run(32).first.value, kChunk + 1);
  space.retire({bad});
  for (uint32_t n = 1; n <= kChunk + 32; ++n) {
    if (n != bad) space.give({n});
  }
  space.close();
  EXPECT_EQ(space.total() + space.free() + space.retired() + space.good(), 0u);
  EXPECT_LE(frames - machine.frames.counts().free(), 2u);  // the one that holds it, and a slab
  open(slots);
  EXPECT_EQ(space.retired(), 1u);
  EXPECT_EQ(space.free(), slots - 1);
  for (SwapSpace::Run r; (r = space.take_run(32)).count != 0;) {
    EXPECT_FALSE(r.first.value <= bad && bad < r.first.value + r.count);
  }
  space.check();
  space.forget();
  EXPECT_EQ(machine.frames.counts().free() + 1, frames);  // the heap keeps an empty slab
  open(slots);
  EXPECT_EQ(space.retired(), 0u);
  EXPECT_FALSE(space.in_use({bad}));
}

TEST_F(Space, slots_of_another_size_are_others) {
  open(100);
  ASSERT_EQ(space.take_run(9).count, 9u);
  space.retire({7});
  for (uint32_t n : {1u, 2u, 3u, 4u, 5u, 6u, 8u, 9u}) space.give({n});
  space.close();
  open(101);
  EXPECT_EQ(space.retired(), 0u);
  EXPECT_EQ(space.take_run(9).count, 9u);
}

TEST_F(Space, checksums_belong_to_their_slots) {
  open(2 * kChunk);
  for (uint32_t n : {1u, 2u, kChunk, kChunk + 1, 2 * kChunk}) space.set_sum({n}, n * 7);
  for (uint32_t n : {1u, 2u, kChunk, kChunk + 1, 2 * kChunk}) EXPECT_EQ(space.sum({n}), n * 7);
}

TEST_F(Space, D1_opening_and_closing_costs_nothing_and_fails_whole) {
  open(3 * kChunk);
  space.close();
  const uint32_t free = machine.frames.counts().free();
  EXPECT_FALSE(space.open(0));
  for (uint32_t n = 0;; ++n) {
    machine.frames.gate().plan_failure({.after = n});
    const bool opened = space.open(3 * kChunk).has_value();
    machine.frames.gate().plan_failure({});
    if (opened) break;
    ASSERT_FALSE(space.is_open());
    ASSERT_EQ(machine.frames.counts().free(), free);
  }
  space.close();
  EXPECT_EQ(machine.frames.counts().free(), free);
}

TEST_F(Space, R13_random_histories_agree_with_a_list_of_bits) {
  sim::Random random(11);
  const uint32_t slots = kChunk + 300;
  open(slots);
  std::vector<int> model(slots + 1);  // 0 free, 1 in use, 2 retired
  for (int step = 0; step < 20'000; ++step) {
    const uint32_t n = 1 + random.below(slots);
    if (random.chance(6)) {
      const auto run = space.take_run(1 + random.below(32));
      for (uint32_t i = 0; i < run.count; ++i) {
        ASSERT_EQ(std::exchange(model[run.first.value + i], 1), 0);
      }
    } else if (model[n] == 1 && random.chance(500)) {
      space.retire({n});
      model[n] = 2;
    } else if (model[n] == 1 && random.chance(3)) {
      space.give({n});
      model[n] = 0;
    }
    ASSERT_EQ(space.in_use({n}), model[n] != 0);
  }
  space.check();
  EXPECT_EQ(space.free(), static_cast<uint32_t>(std::count(model.begin() + 1, model.end(), 0)));
  EXPECT_EQ(space.retired(), static_cast<uint32_t>(std::count(model.begin(), model.end(), 2)));
  for (uint32_t n = 1; n <= slots; ++n) {
    if (model[n] == 1) space.give({n});
  }
}

}  // namespace
}  // namespace mobius
