// The frame allocator: what is handed out, from where, in which order, and what is refused.
#include "mm/frames/frame_allocator.h"

#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <vector>

#include "unit/frame_allocator_rig.h"

namespace mobius::mm {
namespace {

using namespace frames_rig;

bool is_zero(Machine& machine, FrameNumber frame) {
  std::byte bytes[kPageSize];
  machine.memory.read({frame}, bytes);
  return std::count(std::begin(bytes), std::end(bytes), std::byte{0}) == kPageSize;
}

uint32_t record_frames(uint32_t sections) {
  uint32_t directory = (sections * sizeof(FrameRecord*) + kPageSize - 1) / kPageSize;
  return directory + sections * FrameRecords::kFramesForRecords;
}

// ---- what there is ----

class FrameAllocatorSizes : public testing::TestWithParam<uint32_t> {};

TEST_P(FrameAllocatorSizes, R04_all_ram_but_the_records_is_handed_out_whatever_the_size) {
  uint32_t frames = GetParam() * kFramesPerMiB;
  constexpr uint32_t kDirectEnd = 1536 * kFramesPerMiB;
  Machine machine(frames, std::min(frames, kDirectEnd));
  uint32_t expected = frames - kFirst.value - record_frames((frames + 1023) / 1024);
  EXPECT_EQ(machine.allocator.counts().total(), expected);
  EXPECT_EQ(machine.allocator.counts().free(), expected);
  FrameNumber any = machine.take();
  FrameNumber direct = machine.take(Placement::Direct);
  FrameNumber low = machine.take(Placement::Below16M);
  EXPECT_EQ(any.value >= kDirectEnd, frames > kDirectEnd);
  EXPECT_TRUE(machine.memory.is_direct(direct));
  EXPECT_LT(low, kEnd16M);
  for (FrameNumber f : {any, direct, low}) machine.give(f);
  EXPECT_EQ(machine.allocator.counts().free(), expected);
}
// The last is 2^24 frames: 64 GiB.
INSTANTIATE_TEST_SUITE_P(MiB, FrameAllocatorSizes,
                         testing::Values(4, 8, 16, 64, 512, 2048, 3072, 3583, 4096, 65536));

TEST(FrameAllocator, R04_records_exist_for_sections_with_ram_only) {
  constexpr uint32_t kGiB = 1024 * kFramesPerMiB;
  sim::SimFrameMemory memory(4 * kGiB);
  FrameAllocator allocator(memory);
  FrameRange usable[] = {{kFirst, {4096}}, {{3 * kGiB}, {3 * kGiB + 1024}}};
  ASSERT_TRUE(allocator.initialize(usable).has_value());
  // Directory entries up to the last section, records for four low sections and one high.
  uint32_t directory = (769 * sizeof(FrameRecord*) + kPageSize - 1) / kPageSize;
  EXPECT_EQ(allocator.counts().total(),
            4096 - 256 + 1024 - directory - 5 * FrameRecords::kFramesForRecords);
  EXPECT_FALSE(allocator.has_record({kGiB}));
  EXPECT_TRUE(allocator.has_record({3 * kGiB}));
  EXPECT_FALSE(allocator.has_record({4 * kGiB - 1}));
  EXPECT_FALSE(allocator.has_record({0xFFFFFFFE}));
  allocator.check();
}

TEST(FrameAllocator, R02_only_usable_frames_come_out_each_once) {
  sim::SimFrameMemory memory(8192, {6000});
  FrameAllocator allocator(memory);
  // Unaligned ends, single frames, neighbours, a hole, a range across each zone's border.
  FrameRange usable[] = {{{3}, {4}},       {{5}, {40}},      {{40}, {41}},
                         {{300}, {1025}},  {{2047}, {2050}}, {{4090}, {4200}},
                         {{5999}, {6001}}, {{6500}, {8191}}};
  ASSERT_TRUE(allocator.initialize(usable).has_value());
  allocator.check();
  std::set<uint32_t> seen;
  while (auto frame = allocator.allocate(FrameUse::Anonymous)) {
    FrameNumber f = frame->release();
    bool in_usable = false;
    for (const FrameRange& range : usable) in_usable |= range.contains(f);
    EXPECT_TRUE(in_usable) << f.value;
    EXPECT_TRUE(seen.insert(f.value).second) << f.value;
    // The frame's own bytes are nobody else's: the records survive this.
    std::byte junk[kPageSize];
    std::memset(junk, 0xEE, sizeof junk);
    memory.write({f}, junk);
  }
  EXPECT_EQ(seen.size(), allocator.counts().total());
  EXPECT_EQ(allocator.counts().free(), 0u);
  allocator.check();
  for (uint32_t f : seen) allocator.free({f}, FrameUse::Anonymous);
  allocator.check();
}

TEST(FrameAllocator, R02_too_little_ram_is_an_error_not_a_crash) {
  sim::SimFrameMemory memory(4096, {1024});
  FrameRange none_direct[] = {{{2048}, {4096}}};
  FrameRange one_frame[] = {{{300}, {301}}};
  for (std::span<const FrameRange> usable :
       {std::span<const FrameRange>{}, std::span<const FrameRange>{none_direct},
        std::span<const FrameRange>{one_frame}}) {
    FrameAllocator allocator(memory);
    EXPECT_EQ(allocator.initialize(usable).error(), Error::OutOfFrames);
  }
}

// ---- order and zones ----

TEST(FrameAllocator, single_frames_come_last_freed_first) {
  Machine machine(4096);
  FrameNumber a = machine.take(), b = machine.take(), c = machine.take();
  machine.give(b);
  machine.give(a);
  machine.give(c);
  EXPECT_EQ(machine.take(), c);
  EXPECT_EQ(machine.take(), a);
  EXPECT_EQ(machine.take(), b);
  for (FrameNumber f : {a, b, c}) machine.give(f);
}

TEST(FrameAllocator, R04_any_takes_high_then_direct_then_low_and_the_others_never_high) {
  Machine machine(8192, 6144);
  std::vector<FrameNumber> frames = machine.take_all();
  EXPECT_EQ(frames.size(), machine.allocator.counts().total());
  auto zone = [](FrameNumber f) { return f.value >= 6144 ? 2 : f >= kEnd16M ? 1 : 0; };
  EXPECT_EQ(zone(frames.front()), 2);
  EXPECT_EQ(zone(frames.back()), 0);
  EXPECT_TRUE(std::is_sorted(frames.rbegin(), frames.rend(), [&](FrameNumber a, FrameNumber b) {
    return zone(a) < zone(b);
  }));
  for (FrameNumber f : frames) machine.give(f);
  for (FrameNumber f : frames = machine.take_all(Placement::Direct)) EXPECT_LE(zone(f), 1);
  EXPECT_EQ(zone(machine.take()), 2);
  for (FrameNumber f : frames) machine.give(f);
  std::vector<FrameNumber> low = machine.take_all(Placement::Below16M);
  EXPECT_EQ(low.size(), std::count_if(frames.begin(), frames.end(),
                                      [&](FrameNumber f) { return zone(f) == 0; }));
  for (FrameNumber f : low) {
    EXPECT_EQ(zone(f), 0);
    machine.give(f);
  }
}

// ---- runs ----

TEST(FrameAllocator, runs_are_aligned_and_whole_and_disjoint) {
  Machine machine(8192, 6144);
  std::set<uint32_t> seen;
  std::vector<std::pair<FrameNumber, unsigned>> runs;
  for (unsigned order = 0; order <= kMaxFrameOrder; ++order) {
    for (Placement placement : {Placement::Any, Placement::Direct, Placement::Below16M}) {
      auto run = machine.allocator.allocate_run(order, FrameUse::Driver, placement);
      if (!run) {
        EXPECT_EQ(placement, Placement::Below16M) << order;
        continue;
      }
      EXPECT_EQ(run->value % (1u << order), 0u);
      EXPECT_LT(run->value, placement == Placement::Any ? 8192u : 6144u);
      for (uint32_t i = 0; i < 1u << order; ++i) EXPECT_TRUE(seen.insert(run->value + i).second);
      runs.emplace_back(*run, order);
    }
  }
  machine.allocator.check();
  EXPECT_EQ(machine.allocator.counts().used(FrameUse::Driver), seen.size());
  for (auto [run, order] : runs) machine.allocator.free_run(run, order, FrameUse::Driver);
  EXPECT_EQ(machine.allocator.counts().used(FrameUse::Driver), 0u);
}

TEST(FrameAllocator, freed_neighbours_merge_up_to_the_biggest_run) {
  Machine machine(16384);
  uint32_t runs = machine.order_10_runs();
  ASSERT_GT(runs, 10u);
  std::vector<FrameNumber> frames = machine.take_all();
  EXPECT_EQ(machine.order_10_runs(), 0u);
  // Every other one, then the rest: merges cannot happen as they come.
  for (size_t i = 0; i < frames.size(); i += 2) machine.give(frames[i]);
  machine.allocator.check();
  for (size_t i = 1; i < frames.size(); i += 2) machine.give(frames[i]);
  EXPECT_EQ(machine.order_10_runs(), runs);
}

TEST(FrameAllocator, a_run_is_made_of_hot_and_zeroed_frames_if_need_be) {
  Machine machine(4096);
  std::vector<FrameNumber> frames = machine.take_all();
  // Just one aligned pair comes free, by way of the hot frames.
  std::sort(frames.begin(), frames.end());
  size_t even = frames[0].value % 2 == 0 ? 0 : 1;
  machine.give(frames[even]);
  machine.give(frames[even + 1]);
  auto run = machine.allocator.allocate_run(1, FrameUse::Driver, Placement::Any);
  ASSERT_TRUE(run.has_value());
  EXPECT_EQ(*run, frames[even]);
  machine.allocator.free_run(*run, 1, FrameUse::Driver);
  // And by way of the pool.
  for (size_t i = even + 2; i < even + 32; ++i) machine.give(frames[i]);
  while (machine.allocator.zeroed().zero_one() == Zeroing::Done) {}
  ASSERT_GT(machine.allocator.zeroed().count(), 0u);
  std::vector<FrameNumber> pairs;
  while ((run = machine.allocator.allocate_run(1, FrameUse::Driver, Placement::Any))) {
    pairs.push_back(*run);
  }
  EXPECT_EQ(pairs.size(), 16u);
  EXPECT_EQ(machine.allocator.zeroed().count(), 0u);
}

TEST(FrameAllocator, a_fresh_record_counts_nothing) {
  Machine machine(4096);
  FrameNumber f = machine.take();
  machine.allocator.record(f).entries = 77;
  machine.give(f);
  ASSERT_EQ(machine.take(), f);
  EXPECT_EQ(machine.allocator.record(f).entries, 0);
  EXPECT_EQ(machine.allocator.record(f).use, FrameUse::Anonymous);
  EXPECT_EQ(machine.allocator.record(f).number, f);
  machine.give(f);
}

// ---- zeroed frames ----

TEST(FrameAllocator, R14_zero_filled_frames_are_zero_whatever_they_held) {
  for (uint32_t direct : {8192u, 2048u}) {
    Machine machine(8192, direct);
    std::vector<FrameNumber> frames;
    for (int i = 0; i < 100; ++i) {
      if (i % 3 == 0) machine.allocator.zeroed().zero_one();
      frames.push_back(machine.take(Placement::Any, Fill::Zero));
      EXPECT_TRUE(is_zero(machine, frames.back()));
      std::byte junk[] = {std::byte{1}};
      machine.memory.write({frames.back(), 4095, 1}, junk);
      if (i % 5 == 0) {
        machine.give(frames.back());
        frames.pop_back();
      }
    }
    for (FrameNumber f : frames) machine.give(f);
  }
}

TEST(FrameAllocator, the_pool_is_bounded_counted_as_free_and_taken_first) {
  Machine machine(4096);
  uint32_t free = machine.allocator.counts().free();
  uint32_t zeroed = 0;
  while (machine.allocator.zeroed().zero_one() == Zeroing::Done) ++zeroed;
  EXPECT_EQ(zeroed, free / 8);
  EXPECT_EQ(machine.allocator.zeroed().count(), zeroed);
  EXPECT_EQ(machine.allocator.counts().free(), free);
  machine.give(machine.take(Placement::Any, Fill::None));
  EXPECT_EQ(machine.allocator.zeroed().count(), zeroed);
  FrameNumber f = machine.take(Placement::Any, Fill::Zero);
  EXPECT_EQ(machine.allocator.zeroed().count(), zeroed - 1);
  machine.give(f);
  machine.allocator.zeroed().drop();
  EXPECT_EQ(machine.allocator.zeroed().count(), 0u);
  EXPECT_EQ(machine.allocator.counts().free(), free);
}

TEST(FrameAllocator, the_pool_holds_at_most_1024_frames) {
  Machine machine(65536);
  while (machine.allocator.zeroed().zero_one() == Zeroing::Done) {}
  EXPECT_EQ(machine.allocator.zeroed().count(), 1024u);
}

TEST(FrameAllocator, zeroed_frames_go_to_whoever_asks_when_nothing_else_is_free) {
  Machine machine(4096);
  while (machine.allocator.zeroed().zero_one() == Zeroing::Done) {}
  EXPECT_EQ(machine.take_all().size(), machine.allocator.counts().total());
  EXPECT_EQ(machine.allocator.zeroed().count(), 0u);
  EXPECT_NE(machine.allocator.zeroed().zero_one(), Zeroing::Done);
}

// ---- ownership ----

TEST(OwnedFrame, goes_back_by_itself_unless_released) {
  Machine machine(4096);
  uint32_t free = machine.allocator.counts().free();
  FrameNumber kept;
  {
    OwnedFrame a = *machine.allocator.allocate(FrameUse::PageTable);
    OwnedFrame b = *machine.allocator.allocate(FrameUse::Slab);
    OwnedFrame c = std::move(a);
    EXPECT_FALSE(a.has_frame());
    b = std::move(c);
    EXPECT_EQ(machine.allocator.counts().free(), free - 1);
    EXPECT_EQ(machine.allocator.counts().used(FrameUse::PageTable), 1u);
    OwnedFrame d = *machine.allocator.allocate(FrameUse::Image);
    kept = d.release();
  }
  EXPECT_EQ(machine.allocator.counts().free(), free - 1);
  machine.allocator.free(kept, FrameUse::Image);
}

TEST(FrameAllocatorDeathTest, double_foreign_and_wrong_frees_are_caught) {
  Machine machine(4096);
  FrameAllocator& allocator = machine.allocator;
  FrameNumber f = machine.take();
  FrameNumber freed = machine.take();
  machine.give(freed);
  FrameNumber run = *allocator.allocate_run(2, FrameUse::Driver, Placement::Any);
  EXPECT_DEATH(allocator.free(freed, FrameUse::Anonymous), "KASSERT");
  EXPECT_DEATH(allocator.free(freed, FrameUse::Free), "KASSERT");
  EXPECT_DEATH(allocator.free(f, FrameUse::PageTable), "KASSERT");
  EXPECT_DEATH(allocator.free({0}, FrameUse::Anonymous), "KASSERT");
  EXPECT_DEATH(allocator.free({0}, FrameUse::Unusable), "KASSERT");
  EXPECT_DEATH(allocator.free({1u << 20}, FrameUse::Anonymous), "KASSERT");
  EXPECT_DEATH(allocator.free(kNoFrame, FrameUse::Anonymous), "KASSERT");
  EXPECT_DEATH(allocator.free(run, FrameUse::Driver), "KASSERT");
  EXPECT_DEATH(allocator.free(run + 1, FrameUse::Driver), "KASSERT");
  EXPECT_DEATH(allocator.free_run(run, 1, FrameUse::Driver), "KASSERT");
  EXPECT_DEATH(allocator.free_run(run + 2, 1, FrameUse::Driver), "KASSERT");
  EXPECT_DEATH(allocator.free_run(f, 1, FrameUse::Anonymous), "KASSERT");
  EXPECT_DEATH(static_cast<void>(allocator.allocate(FrameUse::Free)), "KASSERT");
  // A frame freed long ago is in the buddy lists, or zeroed, not hot.
  allocator.free_run(run, 2, FrameUse::Driver);
  EXPECT_DEATH(allocator.free_run(run, 2, FrameUse::Driver), "KASSERT");
  allocator.gate().plan_failure({1000, false});  // none are kept hot
  EXPECT_DEATH(allocator.free(freed, FrameUse::Anonymous), "KASSERT");
  allocator.gate().plan_failure({});
}

TEST(FrameAllocatorDeathTest, check_sees_what_is_wrong) {
  Machine machine(4096);
  FrameAllocator& allocator = machine.allocator;
  FrameNumber f = machine.take();
  allocator.check();
  EXPECT_DEATH((allocator.record(f).use = FrameUse::Slab, allocator.check()), "KASSERT");
  EXPECT_DEATH((allocator.record(f).use = FrameUse::Free, allocator.check()), "KASSERT");
  EXPECT_DEATH((allocator.record(f).order = 3, allocator.check()), "KASSERT");
  machine.give(f);
  EXPECT_DEATH((allocator.record(f).order = 0, allocator.check()), "KASSERT");
  FrameNumber run = *allocator.allocate_run(4, FrameUse::Driver, Placement::Any);
  EXPECT_DEATH((allocator.record(run + 3).use = FrameUse::Slab, allocator.check()), "KASSERT");
  allocator.free_run(run, 4, FrameUse::Driver);
  FrameNumber first = run;
  while (allocator.record(first).order > kMaxFrameOrder) first = {first.value - 1};
  EXPECT_DEATH((allocator.record(first).prev = nullptr, allocator.check()), "KASSERT");
  EXPECT_DEATH((--allocator.record(first).order, allocator.check()), "KASSERT");
}

}  // namespace
}  // namespace mobius::mm
