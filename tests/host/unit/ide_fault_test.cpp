// The IDE driver against a misbehaving simulated controller. Whatever happens, a read that says it
// worked has brought the right bytes, one that did not says so, and the next one works again.
#include "unit/ide_rig.h"

namespace mobius::drivers {
namespace {

using sim::SimIdeFault;

constexpr SimIdeFault kSurvivable[] = {
    SimIdeFault::MediumError,  SimIdeFault::NotReadyYet,    SimIdeFault::UnitAttention,
    SimIdeFault::LostInterrupt, SimIdeFault::StuckBusy,     SimIdeFault::StuckData,
    SimIdeFault::ShortData,    SimIdeFault::SurplusData,    SimIdeFault::ZeroOffer,
    SimIdeFault::DmaBusError,  SimIdeFault::DmaNeverEnds,   SimIdeFault::EarlyInterrupt,
    SimIdeFault::DmaErrorAtEnd, SimIdeFault::RefusesPacket, SimIdeFault::ErrorAndNoSense,
};
// Longer than the engine's latest late data (sim_ide_drive.cpp), in ticks of 1 ms.
constexpr uint64_t kLongAfter = 40'000;

struct FaultCase {
  SimIdeFault fault;
  bool dma;
};
class IdeFaults : public testing::TestWithParam<FaultCase> {};

TEST_P(IdeFaults, OneIsSurvived) {
  Rig rig;
  auto& drive = rig.attach(1, 0, {.dma = GetParam().dma});
  rig.start();
  rig.run({[&] {
    EXPECT_TRUE(rig.read(3, 2, kDirectFrame));
    drive.faults = {GetParam().fault};
    EXPECT_TRUE(rig.read(10, 2, kDirectFrame));
  }});
  EXPECT_TRUE(drive.faults.empty());
  // No late data in a frame that has been given back.
  rig.expect_untouched(kDirectFrame, kLongAfter);
  rig.run({[&] {
    for (uint32_t block = 0; block < 60; ++block) EXPECT_TRUE(rig.read(block, 2, kDirectFrame));
  }});
  EXPECT_EQ(rig.driver->cd_drive()->counters().errors, 0u);
  EXPECT_EQ(rig.driver->cd_drive()->uses_dma(), GetParam().dma);
  rig.expect_no_violations();
}

// The fault again and again: the read fails in the end, or not, but the drive works afterwards.
TEST_P(IdeFaults, ManyEndTheReadNotTheDrive) {
  Rig rig;
  auto& drive = rig.attach(0, 1, {.dma = GetParam().dma});
  rig.start();
  drive.faults.assign(1000, GetParam().fault);
  const uint64_t begin = rig.scheduler.now();
  bool worked = false;
  rig.run({[&] {
    const auto result = rig.read(10, 2, kDirectFrame);
    worked = result.has_value();
    EXPECT_TRUE(worked || result.error() == Error::IoError);
  }});
  EXPECT_LT(rig.scheduler.now() - begin, 100'000u) << "more than 100 s for one read";
  drive.faults.clear();
  rig.expect_untouched(kDirectFrame, kLongAfter);
  rig.run({[&] {
    for (uint32_t block = 0; block < 60; ++block) EXPECT_TRUE(rig.read(block, 2, kDirectFrame));
  }});
  EXPECT_EQ(rig.driver->cd_drive()->counters().errors, worked ? 0u : 1u);
  rig.expect_no_violations();
}

std::vector<FaultCase> all_cases() {
  std::vector<FaultCase> cases;
  for (SimIdeFault fault : kSurvivable) {
    for (bool dma : {true, false}) cases.push_back({fault, dma});
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(All, IdeFaults, testing::ValuesIn(all_cases()), [](const auto& info) {
  return "Fault" + std::to_string(static_cast<int>(info.param.fault)) +
         (info.param.dma ? "Dma" : "Pio");
});

TEST(IdeFault, DmaThatFailsTwiceIsGivenUp) {
  Rig rig;
  auto& drive = rig.attach(1, 0);
  rig.start();
  rig.run({[&] {
    drive.faults = {SimIdeFault::ShortData};
    EXPECT_TRUE(rig.read(1, 2, kDirectFrame));
    EXPECT_EQ(drive.dma_reads, 1u) << "tried again without DMA";
    EXPECT_TRUE(rig.driver->cd_drive()->uses_dma());
    drive.faults = {SimIdeFault::DmaBusError};
    EXPECT_TRUE(rig.read(1, 2, kDirectFrame));
    EXPECT_FALSE(rig.driver->cd_drive()->uses_dma());
    EXPECT_TRUE(rig.read(1, 2, kDirectFrame));
    EXPECT_EQ(drive.dma_reads, 2u);
  }});
  EXPECT_EQ(rig.driver->cd_drive()->counters().dma_failures, 2u);
}

TEST(IdeFault, ALostInterruptCostsOneLookNotATimeout) {
  for (bool dma : {true, false}) {
    Rig rig;
    auto& drive = rig.attach(1, 0, {.dma = dma});
    rig.start();
    drive.faults = {SimIdeFault::LostInterrupt};
    const uint64_t begin = rig.scheduler.now();
    rig.run({[&] { EXPECT_TRUE(rig.read(1, 1, kDirectFrame)); }});
    EXPECT_LT(rig.scheduler.now() - begin, 300u);
    EXPECT_GT(rig.driver->channel(1).counters().lost_interrupts, 0u);
    EXPECT_EQ(rig.driver->channel(1).counters().timeouts, 0u);
    EXPECT_EQ(drive.reads, 1u);
  }
}

TEST(IdeFault, AnEarlyInterruptCostsNothing) {
  for (bool dma : {true, false}) {
    Rig rig;
    auto& drive = rig.attach(1, 0, {.dma = dma});
    rig.start();
    rig.run({[&] {
      for (uint32_t n = 0; n < 60; ++n) {
        drive.faults = {SimIdeFault::EarlyInterrupt};
        EXPECT_TRUE(rig.read(n, 2, kDirectFrame));
      }
    }});
    EXPECT_EQ(drive.reads, 60u);
    EXPECT_EQ(rig.driver->channel(1).counters().resets, 0u);
    EXPECT_EQ(rig.driver->cd_drive()->counters().dma_failures, 0u);
  }
}

TEST(IdeFault, SlowIsNotStuck) {
  Rig rig;
  auto& drive = rig.attach(1, 0);
  rig.start();
  drive.faults = {SimIdeFault::DmaSlow};
  rig.run({[&] { EXPECT_TRUE(rig.read(1, 2, kDirectFrame)); }});
  EXPECT_EQ(drive.reads, 1u);
  EXPECT_EQ(rig.driver->cd_drive()->counters().dma_failures, 0u);
}

TEST(IdeFault, ABusErrorIsSeenAtTheNextLook) {
  Rig rig;
  auto& drive = rig.attach(1, 0);
  rig.start();
  drive.faults = {SimIdeFault::DmaBusError};
  const uint64_t begin = rig.scheduler.now();
  rig.run({[&] { EXPECT_TRUE(rig.read(1, 1, kDirectFrame)); }});
  EXPECT_LT(rig.scheduler.now() - begin, 1000u);
  EXPECT_EQ(rig.driver->channel(1).counters().timeouts, 0u);
}

TEST(IdeFault, UnitAttentionForEverIsAnError) {
  Rig rig;
  auto& drive = rig.attach(1, 0);
  rig.start();
  drive.faults.assign(1000, SimIdeFault::UnitAttention);
  rig.run({[&] { EXPECT_EQ(rig.read(1, 1, kDirectFrame).error(), Error::IoError); }});
  EXPECT_LT(drive.reads, 20u);
}

TEST(IdeFault, ADeadDriveIsNotTalkedOver) {
  Rig rig;
  auto& dead = rig.attach(0, 0);
  rig.attach(0, 1);
  rig.start();
  dead.faults = {SimIdeFault::StuckForGood};
  rig.run({[&] {
    EXPECT_FALSE(rig.read(1, 1, kDirectFrame));
    AtapiDrive* const other = rig.driver->packet_drive(0, 1);
    EXPECT_EQ(other->block_count(), 64u);
    EXPECT_EQ(other->read(1, 1, {kDirectFrame, 0, 2048}).error(), Error::IoError)
        << "the channel is the dead drive's";
  }});
  EXPECT_EQ(dead.left_for_dead, 0u);
  rig.expect_no_violations();
}

TEST(IdeFault, MediumErrorsAreTriedThreeTimesMore) {
  Rig rig;
  auto& drive = rig.attach(1, 0);
  rig.start();
  drive.faults.assign(4, SimIdeFault::MediumError);
  rig.run({[&] {
    const auto result = rig.read(1, 1, kDirectFrame);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error(), Error::IoError);
    EXPECT_EQ(drive.reads, 4u);
    drive.faults.assign(3, SimIdeFault::MediumError);
    EXPECT_TRUE(rig.read(1, 1, kDirectFrame));
  }});
  EXPECT_TRUE(rig.driver->cd_drive()->uses_dma()) << "a scratch is not DMA's fault";
}

TEST(IdeFault, MissingMediumIsNotTriedAgain) {
  Rig rig;
  auto& drive = rig.attach(1, 0);
  rig.start();
  drive.faults = {SimIdeFault::NoMedium};
  rig.run({[&] { EXPECT_EQ(rig.read(1, 1, kDirectFrame).error(), Error::IoError); }});
  EXPECT_EQ(drive.reads, 1u);
}

TEST(IdeFault, ADeadDriveFailsEveryReadInBoundedTime) {
  Rig rig;
  auto& drive = rig.attach(1, 0);
  rig.start();
  drive.faults = {SimIdeFault::StuckForGood};
  unsigned failed = 0;
  const uint64_t begin = rig.scheduler.now();
  const auto client = [&] {
    const auto result = rig.read(1, 1, FrameNumber{100 + failed});
    if (!result && result.error() == Error::IoError) ++failed;
  };
  rig.run({client, client});
  EXPECT_EQ(failed, 2u);
  EXPECT_LT(rig.scheduler.now() - begin, 200'000u);
  rig.expect_no_violations();
}

// Several threads, faults at random, interrupts early, late and missing: many histories.
TEST(IdeFault, AnyMixtureOfFaultsUnderLoad) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    Rig rig(seed);
    sim::Random random(seed + 1000);
    auto& drive = rig.attach(seed % 2, 0,
                             {.dma = seed % 3 != 0, .interrupt_for_packet = seed % 5 == 0});
    rig.start();
    for (int i = 0; i < 60; ++i) {
      const auto fault = kSurvivable[random.below(std::size(kSurvivable))];
      drive.faults.push_back(random.chance(3) ? fault : SimIdeFault::None);
    }
    unsigned worked = 0;
    std::vector<std::function<void()>> clients;
    for (uint32_t i = 0; i < 4; ++i) {
      clients.push_back([&, i] {
        for (uint32_t n = 0; n < 15; ++n) {
          const FrameNumber frame{(n % 3 == 0 ? kWindowFrame.value : kDirectFrame.value) + i};
          if (rig.read((i * 17 + n * 5) % 62, 2, frame)) ++worked;
        }
      });
    }
    rig.run(std::move(clients));
    EXPECT_GT(worked, 50u) << "seed " << seed;
    rig.expect_no_violations();
    if (testing::Test::HasFailure()) FAIL() << "seed " << seed;
  }
}

TEST(AtapiSense, IsJudgedByItsKey) {
  const auto judge = [](uint8_t key, uint8_t code) {
    uint8_t sense[kSenseBytes] = {0x70, 0, key};
    sense[12] = code;
    return judge_sense(sense);
  };
  EXPECT_EQ(judge(0x6, 0x29), SenseAdvice::Repeat);
  EXPECT_EQ(judge(0x2, 0x04), SenseAdvice::GetsReady);
  EXPECT_EQ(judge(0x2, 0x3A), SenseAdvice::GiveUp);
  EXPECT_EQ(judge(0x5, 0x20), SenseAdvice::GiveUp);
  EXPECT_EQ(judge(0x5, 0x21), SenseAdvice::Retry) << "a block that must be there";
  EXPECT_EQ(judge(0x7, 0x27), SenseAdvice::GiveUp);
  for (uint8_t key : {0x0, 0x1, 0x3, 0x4, 0x8, 0xB, 0xF}) {
    EXPECT_EQ(judge(key, 0), SenseAdvice::Retry) << int{key};
  }
}

TEST(AtapiPackets, AreWhatTheStandardSays) {
  EXPECT_EQ(read_packet(0x12345678, 2),
            (AtapiPacket{0x28, 0, 0x12, 0x34, 0x56, 0x78, 0, 0, 2, 0, 0, 0}));
  EXPECT_EQ(read_packet(1, 0x10000), (AtapiPacket{0xA8, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0}));
  EXPECT_EQ(sense_packet(), (AtapiPacket{0x03, 0, 0, 0, 18}));
  EXPECT_EQ(capacity_packet(), (AtapiPacket{0x25}));
  const uint8_t capacity[] = {0, 0, 1, 0xFF, 0, 0, 8, 0}, odd[] = {0, 0, 1, 0xFF, 0, 0, 9, 0x30};
  EXPECT_EQ(parse_capacity(capacity), 512u);
  EXPECT_EQ(parse_capacity(odd), std::nullopt);
}

}  // namespace
}  // namespace mobius::drivers
