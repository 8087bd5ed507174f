// DiskQueue over a device that is slow, notes what it is asked, and fails where told to.
#include "drivers/disk_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/random.h"
#include "sim/sim_scheduler.h"

namespace mobius::drivers {
namespace {

using mm::Transfer;
constexpr auto R = Transfer::Read, W = Transfer::Write;

// Pages are numbers here: a frame "holds" what the map says.
class FakeDevice final : public mm::PageDevice {
 public:
  FakeDevice(sim::SimScheduler& scheduler, uint64_t pages) : scheduler_(scheduler), pages_(pages) {}
  uint64_t page_count() const override { return pages_; }
  bool gone() const override { return dead == Error::TimedOut; }
  QueueLength queue_length() const override { return {}; }
  Result<void> transfer(Transfer direction, uint64_t first,
                        std::span<const FrameNumber> frames) override {
    EXPECT_FALSE(busy_) << "two commands at a time";
    EXPECT_TRUE(!frames.empty() && frames.size() <= kMaxPages);
    busy_ = true;
    log.push_back((direction == R ? "r" : "w") + std::to_string(first) +
                  (frames.size() == 1 ? "" : "+" + std::to_string(frames.size())));
    scheduler_.sleep(latency);
    bool bad = dead.has_value();
    for (uint64_t i = 0; i < frames.size() && !bad; ++i) {
      bad = bad_pages.contains(first + i);
      if (bad) break;
      (direction == R ? memory[frames[i].value] : disk[first + i]) =
          direction == R ? disk[first + i] : memory[frames[i].value];
    }
    busy_ = false;
    if (bad) return Failure(dead.value_or(Error::IoError));
    return {};
  }

  std::vector<std::string> log;
  std::map<uint64_t, uint64_t> disk;
  std::map<uint32_t, uint64_t> memory;
  std::set<uint64_t> bad_pages;
  std::optional<Error> dead;  // each command fails so
  uint64_t latency = 10;

 private:
  sim::SimScheduler& scheduler_;
  const uint64_t pages_;
  bool busy_ = false;
};

struct Ask {
  Transfer direction;
  uint64_t first;
  uint32_t pages = 1;
  bool fails = false;
};

struct QueueRig {
  explicit QueueRig(uint64_t seed = 1) : scheduler(seed), device(scheduler, 100'000),
                                         queue(device, scheduler) {}
  using Log = std::vector<std::string>;

  void ask(const Ask& a, uint32_t frame = 0) {
    std::vector<FrameNumber> frames;
    for (uint32_t i = 0; i < a.pages; ++i) frames.push_back({frame + i});
    const auto result = queue.transfer(a.direction, a.first, frames);
    EXPECT_EQ(result.has_value(), !a.fails) << a.first;
  }
  // One command holds the device; meanwhile the others ask, in this order. What comes then.
  Log order_of(const std::vector<Ask>& asks, uint64_t head = 1000) {
    device.log.clear();
    scheduler.spawn([=, this] { ask({R, head - 1}, 9999); });
    for (size_t i = 0; i < asks.size(); ++i) {
      scheduler.spawn([=, this] {
        scheduler.sleep(1 + i);
        ask(asks[i], static_cast<uint32_t>(100 * i));
      });
    }
    device.latency = asks.size() + 5;
    EXPECT_EQ(scheduler.run(), 0u) << "somebody sleeps for ever";
    EXPECT_FALSE(device.log.empty());
    EXPECT_EQ(queue.queue_length().now, 0u);
    device.log.erase(device.log.begin());
    return device.log;
  }

  sim::SimScheduler scheduler;
  FakeDevice device;
  DiskQueue queue;
};
using Log = QueueRig::Log;

TEST(DiskQueue, OneRequestIsPlayedAtOnce) {
  QueueRig rig;
  rig.ask({W, 7, 64}, 500);
  rig.ask({R, 99'999});
  EXPECT_EQ(rig.device.log, (Log{"w7+64", "r99999"}));
  EXPECT_EQ(rig.queue.queue_length().longest, 1u);
}

TEST(DiskQueue, RefusesWhatIsPastTheEnd) {
  QueueRig rig;
  const FrameNumber frames[2] = {};
  for (const auto& [first, pages] : {std::pair<uint64_t, size_t>{100'000, 1}, {99'999, 2},
                                     {UINT64_MAX, 1}, {UINT64_MAX, 2}}) {
    const auto result = rig.queue.transfer(R, first, {frames, pages});
    EXPECT_TRUE(!result && result.error() == Error::BadArgument) << first;
  }
  EXPECT_TRUE(rig.device.log.empty());
  EXPECT_EQ(rig.queue.page_count(), 100'000u);
}

TEST(DiskQueue, GoesUpTheDiskAndFromItsBeginningAgain) {
  EXPECT_EQ(QueueRig().order_of({{R, 500}, {R, 3000}, {R, 2000}, {R, 100}, {R, 1000}}),
            (Log{"r1000", "r2000", "r3000", "r100", "r500"}));
  EXPECT_EQ(QueueRig().order_of({{W, 500}, {W, 3000}, {W, 2000}, {W, 999}}),
            (Log{"w2000", "w3000", "w500", "w999"}));
}

TEST(DiskQueue, ReadsGoBeforeWrites) {
  EXPECT_EQ(QueueRig().order_of({{W, 1001}, {R, 500}, {W, 2000}, {R, 5000}}),
            (Log{"r5000", "r500", "w1001", "w2000"}));
}

TEST(DiskQueue, NeighboursBecomeOneCommand) {
  QueueRig rig;
  EXPECT_EQ(rig.order_of({{W, 2010, 10}, {W, 2030, 5}, {W, 2000, 10}, {W, 2020, 10}, {W, 2036}}),
            (Log{"w2000+35", "w2036"}));
  EXPECT_EQ(rig.queue.counters().merged, 3u);
  EXPECT_EQ(rig.queue.counters().writes, 2u);
  EXPECT_EQ(rig.queue.counters().pages_written, 36u);
  EXPECT_EQ(rig.queue.counters().pages_read, 1u);
  EXPECT_EQ(rig.queue.queue_length().longest, 6u);
  // Also the one before, which alone would have had to wait for the next round.
  EXPECT_EQ(rig.order_of({{R, 1000}, {R, 5000}, {R, 998, 2}}), (Log{"r998+3", "r5000"}));
  // Each page from the frame of whoever asked for it.
  rig.device.memory = {{0, 11}, {1, 12}, {100, 21}, {200, 31}, {201, 32}};
  rig.order_of({{W, 3, 2}, {W, 5}, {W, 1, 2}});
  EXPECT_EQ(rig.device.disk[1], 31u);
  EXPECT_EQ(rig.device.disk[2], 32u);
  EXPECT_EQ(rig.device.disk[3], 11u);
  EXPECT_EQ(rig.device.disk[4], 12u);
  EXPECT_EQ(rig.device.disk[5], 21u);
}

TEST(DiskQueue, ItsLengthIsWhatWaitsOrIsPlayed) {
  QueueRig rig;
  const auto length = [&] { return rig.queue.queue_length(); };
  EXPECT_EQ(length().now, 0u);
  EXPECT_EQ(length().longest, 0u);
  // One command each: nothing lies side by side. Ticks 1..5: another request each.
  rig.device.latency = 10;
  for (uint32_t i = 0; i < 5; ++i) {
    rig.scheduler.spawn([&, i] {
      rig.scheduler.sleep(1 + i);
      EXPECT_EQ(length().now, i);
      rig.ask({i % 2 ? R : W, 100 + 10 * i}, i);
    });
  }
  rig.scheduler.spawn([&] {
    rig.scheduler.sleep(8);
    EXPECT_EQ(length().now, 5u);
    for (uint32_t left = 5; left-- > 0;) {
      rig.scheduler.sleep(10);
      EXPECT_EQ(length().now, left);
      EXPECT_EQ(length().longest, 5u);
    }
    rig.ask({R, 7});
    EXPECT_EQ(length().longest, 5u) << "it stays what it was";
  });
  EXPECT_EQ(rig.scheduler.run(), 0u);
  EXPECT_EQ(length().now, 0u);
}

TEST(DiskQueue, MergesUpToSixtyFourPagesOfOneDirection) {
  EXPECT_EQ(QueueRig().order_of({{R, 2000, 40}, {R, 2040, 24}, {R, 2064}}),
            (Log{"r2000+64", "r2064"}));
  EXPECT_EQ(QueueRig().order_of({{R, 2000, 40}, {R, 2040, 25}}), (Log{"r2000+40", "r2040+25"}));
  EXPECT_EQ(QueueRig().order_of({{R, 2000}, {W, 2001}, {R, 2002}}),
            (Log{"r2000", "r2002", "w2001"}));
}

TEST(DiskQueue, NothingPassesAnEarlierRequestItOverlaps) {
  // Reads go first, but not this one.
  EXPECT_EQ(QueueRig().order_of({{W, 2000, 4}, {R, 2003, 2}, {R, 3000}}),
            (Log{"r3000", "w2000+4", "r2003+2"}));
  EXPECT_EQ(QueueRig().order_of({{R, 500, 4}, {W, 503, 2}, {W, 2000}}),
            (Log{"r500+4", "w2000", "w503+2"}));
  EXPECT_EQ(QueueRig().order_of({{W, 500, 4}, {W, 2000}, {W, 503}, {W, 1500, 3}}),
            (Log{"w1500+3", "w2000", "w500+4", "w503"}));
  // Nor along with a neighbour: what lies between would come too late.
  EXPECT_EQ(QueueRig().order_of({{W, 2001, 2}, {R, 2002}, {R, 2001}, {R, 2000}}),
            (Log{"r2000", "w2001+2", "r2001+2"}));
  // Reads may pass reads.
  EXPECT_EQ(QueueRig().order_of({{R, 2000, 4}, {R, 1998, 4}}), (Log{"r1998+4", "r2000+4"}));
}

TEST(DiskQueue, ABadPageIsItsOwnersMisfortune) {
  QueueRig rig;
  rig.device.bad_pages = {2001};
  EXPECT_EQ(rig.order_of({{R, 2000}, {R, 2001, 1, true}, {R, 2002, 3}}),
            (Log{"r2000+5", "r2000", "r2001", "r2002+3"}));
  EXPECT_EQ(rig.queue.counters().failed, 1u);
  EXPECT_EQ(rig.queue.counters().pages_read, 1u + 4u);
  rig.device.dead = Error::IoError;
  rig.ask({W, 1, 3, true});
  EXPECT_EQ(rig.queue.counters().failed, 2u);
  rig.device.dead = {};
  rig.ask({W, 1, 3});
}

TEST(DiskQueue, WhatTimesOutTogetherIsNotTriedAlone) {
  QueueRig rig;
  rig.device.dead = Error::TimedOut;
  const FrameNumber frame{9};
  const auto ask_alone = [&](uint64_t first) {
    EXPECT_EQ(rig.queue.transfer(W, first, {&frame, 1}).error(), Error::TimedOut);
  };
  rig.scheduler.spawn([&] { ask_alone(500); });
  for (uint64_t first : {2000u, 2001u, 2002u}) {
    rig.scheduler.spawn([&, first] {
      rig.scheduler.sleep(1);
      ask_alone(first);
    });
  }
  EXPECT_EQ(rig.scheduler.run(), 0u);
  EXPECT_EQ(rig.device.log, (Log{"w500", "w2000+3"}));
  EXPECT_EQ(rig.queue.counters().failed, 4u);
  EXPECT_EQ(rig.queue.counters().writes, 2u);
  EXPECT_TRUE(rig.queue.gone());
}

// While `busy` threads keep the queue full of one kind of request, a request of the other kind is
// overtaken by no more commands than its patience and those that are as late as it.
uint64_t commands_until(const Ask& poor, const std::function<Ask(sim::Random&)>& rich,
                        uint64_t seed) {
  QueueRig rig(seed);
  sim::Random random(seed);
  bool served = false;
  uint64_t waited = 0;
  constexpr int kRich = 3;
  for (int i = 0; i < kRich; ++i) {
    rig.scheduler.spawn([&, i] {
      for (int n = 0; n < 2000 && !served; ++n) rig.ask(rich(random), 1 + i);
    });
  }
  rig.scheduler.spawn([&] {
    rig.scheduler.sleep(200);
    const size_t before = rig.device.log.size();
    rig.ask(poor);
    waited = rig.device.log.size() - before;
    served = true;
  });
  EXPECT_EQ(rig.scheduler.run(), 0u);
  return waited;
}

TEST(DiskQueue, NothingStarves) {
  uint64_t position = 1000;
  const auto reads_above = [&](sim::Random&) { return Ask{R, position++ % 90'000 + 1000}; };
  const auto reads = [](sim::Random& random) { return Ask{R, random.below(90'000)}; };
  const auto spread = [&](sim::Random&) { return Ask{R, (position += 2) % 90'000 + 1000}; };
  const auto writes_above = [&](sim::Random&) { return Ask{W, (position += 2) % 90'000 + 1000}; };
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    EXPECT_LE(commands_until({W, 50}, reads, seed), DiskQueue::kWritePatience + 5);
    position = 1000;
    EXPECT_LE(commands_until({W, 50}, reads_above, seed), DiskQueue::kWritePatience + 5);
    position = 1000;
    EXPECT_LE(commands_until({R, 50}, spread, seed), DiskQueue::kReadPatience + 5);
    position = 1000;
    EXPECT_LE(commands_until({W, 50}, writes_above, seed), DiskQueue::kWritePatience + 5);
  }
}

// A late request that must follow another one is not served before it.
TEST(DiskQueue, PatienceDoesNotBreakTheOrder) {
  QueueRig rig;
  std::vector<Ask> asks{{R, 50}, {W, 50}};  // the read is patient for longer than the write
  for (uint32_t i = 0; i < 40; ++i) asks.push_back({R, 2000 + 2 * i});
  const Log log = rig.order_of(asks);
  const auto read = std::ranges::find(log, "r50"), write = std::ranges::find(log, "w50");
  EXPECT_LT(read, write);
  EXPECT_EQ(read - log.begin(), int{DiskQueue::kWritePatience});
}

// Many histories of many threads: each page reads as what was last written to it.
TEST(DiskQueue, EveryReadSeesTheLastWriteBeforeIt) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    QueueRig rig(seed);
    sim::Random random(seed);
    constexpr uint64_t kPages = 24;
    // What the requests, in the order of their arrival, make of the disk.
    std::map<uint64_t, uint64_t> model;
    uint64_t stamp = 0;
    if (seed % 4 == 0) rig.device.bad_pages = {7};
    for (uint32_t thread = 0; thread < 6; ++thread) {
      rig.scheduler.spawn([&, thread] {
        for (int n = 0; n < 40; ++n) {
          rig.device.latency = random.below(5);
          const auto pages = 1 + random.below(5);
          const uint64_t first = random.below(kPages);
          std::vector<FrameNumber> frames;
          std::vector<uint64_t> wanted;
          const Transfer direction = random.chance(2) ? R : W;
          const bool touches_bad = first <= 7 && 7 < first + pages;
          for (uint32_t i = 0; i < pages; ++i) {
            frames.push_back({thread * 100 + i});
            if (direction == W) {
              rig.device.memory[frames.back().value] = ++stamp;
              if (!rig.device.bad_pages.empty() && touches_bad) continue;
              model[first + i] = stamp;
            }
            wanted.push_back(model[first + i]);
          }
          if (!rig.device.bad_pages.empty() && touches_bad) continue;
          ASSERT_TRUE(rig.queue.transfer(direction, first, frames));
          for (uint32_t i = 0; i < pages && direction == R; ++i) {
            ASSERT_EQ(rig.device.memory[frames[i].value], wanted[i]) << "seed " << seed;
          }
          if (random.chance(3)) rig.scheduler.sleep(random.below(8));
        }
      });
    }
    ASSERT_EQ(rig.scheduler.run(), 0u) << "seed " << seed;
    for (const auto& [page, value] : model) ASSERT_EQ(rig.device.disk[page], value);
  }
}

}  // namespace
}  // namespace mobius::drivers
