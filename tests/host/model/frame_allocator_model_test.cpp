// The frame allocator against the plainest model: a map from each run handed out to who has it.
// Random machines (holes, tiny ranges, small direct maps), random requests; every frame that is
// handed out is written full with its number, so that two owners of one frame notice.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <random>
#include <vector>

#include "mm/frames/frame_allocator.h"
#include "sim/random.h"
#include "sim/sim_frame_memory.h"

namespace mobius::mm {
namespace {

constexpr uint32_t kEnd16M = 4096;
constexpr FrameUse kUses[] = {FrameUse::PageTable, FrameUse::Slab, FrameUse::Anonymous,
                              FrameUse::Driver};

struct Held {
  uint32_t frames;
  bool single;
  FrameUse use;
};

class ModelMachine {
 public:
  ModelMachine(uint64_t seed, uint32_t frames)
      : random_(seed),
        memory_(frames, {1500 + random_.below(frames - 1500)}),
        allocator_(memory_) {
    uint32_t at = random_.below(300);
    while (at < frames && usable_.size() < 60) {
      uint32_t size = 1 + random_.below(random_.chance(2) ? 12 : 3000);
      usable_.push_back({{at}, {std::min(at + size, frames)}});
      at += size + (random_.chance(3) ? 0 : random_.below(random_.chance(4) ? 1500 : 9));
    }
    started_ = allocator_.initialize(usable_).has_value();
  }

  bool started() const { return started_; }
  void run(int operations);

 private:
  void allocate_one();
  void allocate_run();
  void free_some();
  void give(FrameNumber frame, FrameUse use);
  void take_back();
  void forget(FrameNumber frame);
  void move_floor();
  void record(FrameNumber first, Held held, Placement placement);
  bool is_usable(FrameNumber f) const;
  void compare();
  uint32_t free() const { return allocator_.counts().total() - used_; }
  uint32_t free_direct() const { return allocator_.counts().direct() - used_direct_; }
  bool is_direct(FrameNumber f) const { return f < memory_.direct_end(); }
  bool placements_differ() const { return allocator_.counts().has_more_than_direct(); }
  uint32_t left(FrameClass who, Placement placement) const;

  sim::Random random_;
  sim::SimFrameMemory memory_;
  FrameAllocator allocator_;
  std::vector<FrameRange> usable_;
  bool started_ = false;
  std::map<uint32_t, Held> held_;
  uint32_t used_ = 0, used_direct_ = 0;
  uint32_t floor_ = 0, reserve_ = 0, direct_ = 0;  // reserve_: a part of it
  std::vector<std::pair<uint32_t, FrameNumber>> standby_;  // slots and frames, the oldest first
  uint32_t next_slot_ = 1;
};

bool ModelMachine::is_usable(FrameNumber f) const {
  for (const FrameRange& range : usable_) {
    if (range.contains(f)) return true;
  }
  return false;
}

void ModelMachine::record(FrameNumber first, Held held, Placement placement) {
  ASSERT_EQ(first.value % held.frames, 0u);
  uint32_t end = first.value + held.frames;
  uint32_t limits[] = {memory_.frames(), memory_.direct_end().value, kEnd16M};
  ASSERT_LE(end, limits[static_cast<unsigned>(placement)]);
  auto above = held_.lower_bound(first.value);
  ASSERT_TRUE(above == held_.end() || end <= above->first);
  if (above != held_.begin()) {
    auto below = std::prev(above);
    ASSERT_LE(below->first + below->second.frames, first.value);
  }
  for (FrameNumber f = first; f.value < end; ++f.value) {
    ASSERT_TRUE(is_usable(f));
    memory_.write({f, random_.below(kPageSize - 4), 4}, &f);
  }
  memory_.write({first, 0, 4}, &first);
  held_[first.value] = held;
  used_ += held.frames;
  if (is_direct(first)) used_direct_ += held.frames;
}

// How many frames the request may take, by the rules (frame_request.h).
uint32_t ModelMachine::left(FrameClass who, Placement placement) const {
  const auto above = [](uint32_t all, uint32_t floor) { return all > floor ? all - floor : 0; };
  const bool promised = who == FrameClass::Promised;
  const uint32_t all = above(free(), promised ? 0 : floor_);
  if (!placements_differ()) return all;
  const uint32_t tables = std::min(direct_, floor_ - reserve_);
  const uint32_t kept = promised ? 0 : reserve_ + tables;
  const uint32_t direct = above(free_direct(), kept);
  return std::min(all, placement == Placement::Any ? direct + free() - free_direct() : direct);
}

void ModelMachine::allocate_one() {
  FrameUse use = kUses[random_.below(4)];
  auto placement = static_cast<Placement>(random_.below(3));
  auto fill = random_.chance(3) ? Fill::Zero : Fill::None;
  FrameClass who = random_.chance(4) ? FrameClass::Promised : FrameClass::Normal;
  auto frame = allocator_.allocate(use, placement, fill, who);
  const bool may = left(who, placement) > 0;
  if (!frame.has_value()) {
    // Only the lowest zone can be empty while something is free.
    ASSERT_TRUE(!may || placement == Placement::Below16M);
    return;
  }
  ASSERT_TRUE(may);
  FrameNumber f = frame->release();
  if (!standby_.empty() && placement == Placement::Any) {
    const auto is = [&](auto& entry) { return entry.second == f; };
    const auto at = std::find_if(standby_.begin(), standby_.end(), is);
    ASSERT_TRUE(at == standby_.end() || at == standby_.begin());
  }
  forget(f);
  if (fill == Fill::Zero) {
    std::byte bytes[kPageSize];
    memory_.read({f}, bytes);
    ASSERT_EQ(std::count(std::begin(bytes), std::end(bytes), std::byte{0}), kPageSize);
  }
  record(f, {1, true, use}, placement);
}

void ModelMachine::allocate_run() {
  unsigned order = random_.below(random_.chance(4) ? kMaxFrameOrder + 1 : 4);
  FrameUse use = kUses[random_.below(4)];
  auto placement = static_cast<Placement>(random_.below(3));
  auto run = allocator_.allocate_run(order, use, placement);
  if (allocator_.standby().count() == 0) standby_.clear();  // all have been merged for it
  if (!run.has_value()) {
    ASSERT_TRUE(order != 0 || placement == Placement::Below16M ||
                left(FrameClass::Normal, placement) == 0);
    return;
  }
  ASSERT_GE(left(FrameClass::Normal, placement), 1u << order);
  record(*run, {1u << order, false, use}, placement);
}

// Whoever has the frame now, it holds nothing that could be had back.
void ModelMachine::forget(FrameNumber frame) {
  std::erase_if(standby_, [&](auto& entry) { return entry.second == frame; });
}

void ModelMachine::give(FrameNumber frame, FrameUse use) {
  if (use != FrameUse::Anonymous || random_.chance(2)) return allocator_.free(frame, use);
  next_slot_ += random_.chance(8) ? 512 : 1;
  allocator_.record(frame).swap_slot = {next_slot_};
  allocator_.free_to_standby(allocator_.record(frame));
  if (standby_.size() == StandbyFrames::kMost) standby_.erase(standby_.begin());
  standby_.push_back({next_slot_, frame});
}

void ModelMachine::take_back() {
  if (standby_.empty()) return;
  const auto [slot, frame] = standby_[random_.below(static_cast<uint32_t>(standby_.size()))];
  ASSERT_TRUE(allocator_.standby().has({slot}));
  if (random_.chance(3)) {
    allocator_.standby().forget({slot});
    return forget(frame);
  }
  const bool could = left(FrameClass::Normal, Placement::Any) > 0;
  OwnedFrame back = allocator_.take_standby({slot}, FrameUse::Anonymous, FrameClass::Normal);
  ASSERT_EQ(back.has_frame(), could);
  if (!back.has_frame()) return;
  uint32_t written;
  memory_.read({back.number(), 0, 4}, &written);
  ASSERT_EQ(written, frame.value);
  ASSERT_TRUE(back.number() == frame || (is_direct(frame) && !is_direct(back.number())));
  forget(frame);
  forget(back.number());
  record(back.release(), {1, true, FrameUse::Anonymous}, Placement::Any);
}

void ModelMachine::free_some() {
  // Sometimes a stretch of neighbours, as when a block is freed.
  int count = random_.chance(8) ? 40 : 1;
  auto it = held_.lower_bound(random_.below(memory_.frames()));
  for (; count > 0 && it != held_.end(); --count) {
    auto [first, held] = *it;
    uint32_t written;
    memory_.read({{first}, 0, 4}, &written);
    ASSERT_EQ(written, first);
    if (held.single) {
      give({first}, held.use);
    } else {
      allocator_.free_run({first}, std::countr_zero(held.frames), held.use);
    }
    used_ -= held.frames;
    if (is_direct({first})) used_direct_ -= held.frames;
    it = held_.erase(it);
  }
}

void ModelMachine::move_floor() {
  reserve_ = random_.below(60);
  floor_ = reserve_ + random_.below(60);
  direct_ = random_.below(40);
  allocator_.gate().set_admission(
      {.reserve = reserve_, .promised = floor_ - reserve_, .direct = direct_});
  ASSERT_EQ(allocator_.gate().must_stay_free(), floor_);
}

void ModelMachine::compare() {
  allocator_.check();
  ASSERT_EQ(allocator_.counts().free(), free());
  ASSERT_EQ(allocator_.counts().free_direct(), free_direct());
  ASSERT_EQ(allocator_.standby().count(), standby_.size());
  uint32_t by_use[16] = {};
  for (auto [first, held] : held_) by_use[static_cast<unsigned>(held.use)] += held.frames;
  for (FrameUse use : kUses) {
    ASSERT_EQ(allocator_.counts().used(use), by_use[static_cast<unsigned>(use)]);
  }
}

void ModelMachine::run(int operations) {
  for (int i = 0; i < operations && !testing::Test::HasFatalFailure(); ++i) {
    bool filling = i / 3000 % 2 == 0;
    uint32_t kind = random_.below(16);
    if (kind < (filling ? 9u : 4u)) {
      allocate_one();
    } else if (kind < (filling ? 11u : 5u)) {
      allocate_run();
    } else if (kind < 14) {
      free_some();
    } else if (kind == 14) {
      random_.chance(2) ? move_floor() : take_back();
    } else if (random_.chance(20)) {
      allocator_.zeroed().drop();
    } else {
      allocator_.zeroed().zero_one();
    }
    if (i % 500 == 0) compare();
  }
  reserve_ = floor_ = direct_ = 0;
  allocator_.gate().set_admission({});
  while (!held_.empty() && !testing::Test::HasFatalFailure()) free_some();
  compare();
}

uint64_t seed_for_this_run() {
  const char* given = std::getenv("MOBIUS_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 0) : std::random_device{}();
}

TEST(FrameAllocatorModel, R02_R04_random_machines_and_requests_agree_with_a_map) {
  uint64_t seed = seed_for_this_run();
  std::printf("seed %#llx (MOBIUS_SEED replays it)\n", static_cast<unsigned long long>(seed));
  int started = 0;
  for (int machine = 0; machine < 40; ++machine) {
    uint32_t frames = machine % 2 == 0 ? 4000 : 12000;
    ModelMachine model(seed + machine, frames);
    if (!model.started()) continue;
    ++started;
    model.run(10'000);
    ASSERT_FALSE(testing::Test::HasFatalFailure()) << "machine " << machine << " of " << seed;
  }
  EXPECT_GT(started, 30);
}

}  // namespace
}  // namespace mobius::mm
