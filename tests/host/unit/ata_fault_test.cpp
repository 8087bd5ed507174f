// The disk driver against a misbehaving simulated disk. Whatever happens, a transfer that says it
// worked has moved the right bytes, one that did not says so, and the next one works again.
#include "unit/ata_rig.h"

namespace mobius::drivers {
namespace {

using sim::SimIdeFault;

constexpr SimIdeFault kSurvivable[] = {
    SimIdeFault::MediumError, SimIdeFault::LostInterrupt, SimIdeFault::StuckBusy,
    SimIdeFault::StuckData,   SimIdeFault::ShortData,     SimIdeFault::DmaBusError,
    SimIdeFault::DmaSlow,     SimIdeFault::DmaNeverEnds,  SimIdeFault::DmaErrorAtEnd,
    SimIdeFault::DeviceFault, SimIdeFault::CrcError,      SimIdeFault::EarlyInterrupt,
    SimIdeFault::FaultAtEnd,  SimIdeFault::ErrorWithData,
};
// Longer than the engine's latest late data (sim_ide_device.cpp), in ticks of 1 ms.
constexpr uint64_t kLongAfter = 40'000;

void wait_long(AtaRig& rig) {
  const uint64_t end = rig.scheduler.now() + kLongAfter;
  rig.run({[&] {
    while (rig.scheduler.now() < end) rig.scheduler.sleep(100);
  }});
}

// Those that only show by time going by; the others are noticed at once.
bool takes_a_timeout(SimIdeFault fault, bool dma) {
  return fault == SimIdeFault::StuckBusy || fault == SimIdeFault::StuckData ||
         (fault == SimIdeFault::DmaNeverEnds && dma);
}

struct FaultCase {
  SimIdeFault fault;
  bool dma;
  Transfer direction;
};
class AtaFaults : public testing::TestWithParam<FaultCase> {
 protected:
  // Nothing moves any more: neither into frames that have been given back, nor out of them.
  static void expect_quiet(AtaRig& rig, std::span<const FrameNumber> frames, uint64_t first) {
    rig.fill(frames, 0x5A);
    const auto bytes = rig.bytes_of(frames);
    const auto sectors = rig.sectors(first, frames.size() * 8);
    wait_long(rig);
    EXPECT_TRUE(rig.bytes_of(frames) == bytes) << "a frame was written to";
    EXPECT_TRUE(rig.sectors(first, frames.size() * 8) == sectors) << "the disk was written to";
  }
  static void expect_working(AtaRig& rig) {
    rig.run({[&] {
      for (uint32_t n : {1, 9, 64}) {
        EXPECT_TRUE(rig.write_out(n * 5, AtaRig::scattered(n)));
        EXPECT_TRUE(rig.read_back(n * 5, AtaRig::scattered(n)));
      }
    }});
  }
};

TEST_P(AtaFaults, OneIsSurvived) {
  const auto [fault, dma, direction] = GetParam();
  for (uint32_t pages : {1u, 17u, 64u}) {
    AtaRig rig({.dma = dma});
    const auto frames = AtaRig::scattered(pages);
    rig.run({[&] {
      rig.platter.faults = {fault};
      EXPECT_TRUE(rig.move(direction, 100, frames));
    }});
    EXPECT_TRUE(rig.platter.faults.empty());
    if (!takes_a_timeout(fault, dma)) {
      EXPECT_EQ(rig.driver->channel(0).counters().timeouts, 0u);
    }
    if (pages == 17) expect_quiet(rig, frames, 100);
    expect_working(rig);
    EXPECT_EQ(rig.disk().counters().errors, 0u);
    EXPECT_LE(rig.disk().counters().repeats, 1u);
    EXPECT_EQ(rig.disk().uses_dma(), dma) << "one failure is no reason";
    rig.expect_no_violations();
  }
}

// The fault again and again: the transfer fails in the end, or not, but the disk works afterwards.
TEST_P(AtaFaults, ManyEndTheTransferNotTheDisk) {
  const auto [fault, dma, direction] = GetParam();
  AtaRig rig({.dma = dma});
  rig.platter.faults.assign(1000, fault);
  const auto frames = AtaRig::scattered(20);
  const uint64_t begin = rig.scheduler.now();
  bool worked = false;
  rig.run({[&] {
    const auto result = rig.move(direction, 200, frames);
    worked = result.has_value();
    const bool silent = fault == SimIdeFault::StuckBusy;  // the others answer, by PIO at last
    EXPECT_TRUE(worked || result.error() == (silent ? Error::TimedOut : Error::IoError));
  }});
  EXPECT_LT(rig.scheduler.now() - begin, 60'000u) << "more than a minute for one transfer";
  EXPECT_LE(rig.platter.reads + rig.platter.writes, 4u) << "no end of attempts";
  rig.platter.faults.clear();
  expect_quiet(rig, frames, 200);
  expect_working(rig);
  EXPECT_EQ(rig.disk().counters().errors, worked ? 0u : 1u);
  rig.expect_no_violations();
}

std::vector<FaultCase> all_cases() {
  std::vector<FaultCase> cases;
  for (SimIdeFault fault : kSurvivable) {
    for (bool dma : {true, false}) {
      cases.push_back({fault, dma, Transfer::Read});
      cases.push_back({fault, dma, Transfer::Write});
    }
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(All, AtaFaults, testing::ValuesIn(all_cases()), [](const auto& info) {
  return "Fault" + std::to_string(static_cast<int>(info.param.fault)) +
         (info.param.dma ? "Dma" : "Pio") +
         (info.param.direction == Transfer::Read ? "Read" : "Write");
});

TEST(AtaFault, ABadSectorFailsItsTransferAloneAfterFourAttempts) {
  for (bool dma : {true, false}) {
    for (Transfer direction : {Transfer::Read, Transfer::Write}) {
      AtaRig rig({.dma = dma});
      (direction == Transfer::Read ? rig.platter.sectors.bad_reads
                                   : rig.platter.sectors.bad_writes) = {803};
      const auto frames = AtaRig::scattered(4);
      rig.run({[&] {
        for (uint64_t first : {796u, 803u, 772u, 800u}) {
          rig.platter.reads = rig.platter.writes = 0;
          const auto result = rig.move(direction, first, frames);
          EXPECT_TRUE(!result && result.error() == Error::IoError) << first;
          EXPECT_EQ(rig.platter.reads + rig.platter.writes, 4u);
        }
        for (uint64_t first : {771u, 804u}) EXPECT_TRUE(rig.move(direction, first, frames));
      }});
      EXPECT_EQ(rig.disk().uses_dma(), dma) << "a scratch is not DMA's fault";
      EXPECT_EQ(rig.driver->channel(0).counters().resets, 0u);
      EXPECT_EQ(rig.disk().counters().errors, 4u);
      EXPECT_EQ(rig.disk().counters().repeats, 12u);
      rig.expect_no_violations();
    }
  }
}

TEST(AtaFault, ADiskThatHasShrunkFailsWhatLiesBeyond) {
  for (bool dma : {true, false}) {
    AtaRig rig({.dma = dma});
    rig.platter.sectors.shrink(1000);
    const auto frames = AtaRig::scattered(2);
    rig.run({[&] {
      for (Transfer direction : {Transfer::Read, Transfer::Write}) {
        EXPECT_EQ(rig.move(direction, 2000, frames).error(), Error::IoError);
        EXPECT_EQ(rig.move(direction, 992, frames).error(), Error::IoError);
        EXPECT_TRUE(rig.move(direction, 984, frames));
      }
    }});
    EXPECT_EQ(rig.driver->channel(0).counters().resets, 0u);
    EXPECT_EQ(rig.disk().uses_dma(), dma);
    rig.expect_no_violations();
  }
}

TEST(AtaFault, DmaThatFailsTwiceIsGivenUp) {
  AtaRig rig;
  const auto frames = AtaRig::scattered(8);
  rig.run({[&] {
    rig.platter.faults = {SimIdeFault::CrcError};
    EXPECT_TRUE(rig.read_back(1, frames));
    EXPECT_EQ(rig.platter.dma_commands, 1u) << "tried again without DMA";
    EXPECT_TRUE(rig.disk().uses_dma());
    rig.platter.faults = {SimIdeFault::DmaNeverEnds};
    EXPECT_TRUE(rig.write_out(1, frames));
    EXPECT_FALSE(rig.disk().uses_dma());
    EXPECT_TRUE(rig.read_back(1, frames));
    EXPECT_EQ(rig.platter.dma_commands, 2u);
  }});
  EXPECT_EQ(rig.disk().counters().dma_failures, 2u);
  EXPECT_EQ(rig.driver->channel(0).counters().timeouts, 1u);
  EXPECT_EQ(rig.driver->channel(0).counters().resets, 1u);
}

TEST(AtaFault, ALostInterruptCostsOneLookNotATimeout) {
  for (bool dma : {true, false}) {
    for (Transfer direction : {Transfer::Read, Transfer::Write}) {
      AtaRig rig({.dma = dma});
      rig.platter.faults = {SimIdeFault::LostInterrupt};
      const uint64_t begin = rig.scheduler.now();
      rig.run({[&] { EXPECT_TRUE(rig.move(direction, 1, AtaRig::scattered(1))); }});
      // By PIO each of the eight sectors has one to lose.
      EXPECT_LT(rig.scheduler.now() - begin, dma ? 300u : 1500u);
      EXPECT_GT(rig.driver->channel(0).counters().lost_interrupts, 0u);
      EXPECT_EQ(rig.driver->channel(0).counters().timeouts, 0u);
      EXPECT_EQ(rig.platter.reads + rig.platter.writes, 1u);
    }
  }
}

// A look that nobody asked for may come between the disk's end and the engine's: the last bytes
// are still in its buffer. Every moment is tried.
TEST(AtaFault, ALookOfItsOwnDoesNotTakeAHalfForTheWhole) {
  for (uint32_t pages = 1; pages <= 16; ++pages) {
    AtaRig rig;
    const auto frames = AtaRig::scattered(pages);
    rig.run({[&] {
      for (uint64_t pause = 0; pause < 10; ++pause) {
        rig.scheduler.sleep(pause);
        rig.platter.faults = {SimIdeFault::DmaSlow};
        EXPECT_TRUE(rig.read_back(64, frames)) << pages << " " << pause;
      }
    }});
  }
}

TEST(AtaFault, ADeadDiskFailsInBoundedTimeAndTheNextTransferSooner) {
  AtaRig rig;
  const auto frames = AtaRig::scattered(2);
  rig.platter.faults = {SimIdeFault::StuckForGood};
  uint64_t begin = rig.scheduler.now();
  rig.run({[&] { EXPECT_EQ(rig.write_out(1, frames).error(), Error::TimedOut); }});
  EXPECT_LT(rig.scheduler.now() - begin, 60'000u);
  begin = rig.scheduler.now();
  rig.run({[&] { EXPECT_EQ(rig.read_back(1, frames).error(), Error::TimedOut); }});
  EXPECT_LT(rig.scheduler.now() - begin, 12'000u);
  rig.expect_no_violations();
}

TEST(AtaFault, ADiskThatComesBackIsTriedAsOftenAsBefore) {
  AtaRig rig;
  const auto frames = AtaRig::scattered(2);
  rig.platter.faults.assign(4, SimIdeFault::StuckBusy);
  rig.run({[&] {
    EXPECT_FALSE(rig.write_out(1, frames));
    EXPECT_TRUE(rig.write_out(1, frames));
    rig.platter.faults = {SimIdeFault::MediumError, SimIdeFault::MediumError};
    EXPECT_TRUE(rig.write_out(1, frames));
  }});
}

// Several threads on pages of their own, faults at random: what was written is what is read.
TEST(AtaFault, AnyMixtureOfFaultsUnderLoad) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    AtaRig rig({.dma = seed % 3 != 0, .lba48 = seed % 2 != 0}, {}, seed);
    for (int i = 0; i < 80; ++i) {
      const auto fault = kSurvivable[rig.random.below(std::size(kSurvivable))];
      rig.platter.faults.push_back(rig.random.chance(4) ? fault : SimIdeFault::None);
    }
    unsigned worked = 0;
    std::vector<std::function<void()>> clients;
    for (uint32_t i = 0; i < 4; ++i) {
      clients.push_back([&, i] {
        for (uint32_t n = 0; n < 12; ++n) {
          std::vector<FrameNumber> own(1 + rig.random.below(40));
          for (uint32_t k = 0; k < own.size(); ++k) own[k] = {(k % 3 + 1) * 0x2000 + i * 64 + k};
          const uint64_t first = i * 8000 + n * 330;
          if (rig.write_out(first, own) && rig.read_back(first, own)) ++worked;
        }
      });
    }
    rig.run(std::move(clients));
    EXPECT_GT(worked, 40u) << "seed " << seed;
    rig.expect_no_violations();
    if (testing::Test::HasFailure()) FAIL() << "seed " << seed;
  }
}

}  // namespace
}  // namespace mobius::drivers
