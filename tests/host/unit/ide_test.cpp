// The IDE driver against a well-behaved simulated controller: finding drives, DMA, PIO, queueing.
#include "unit/ide_rig.h"

namespace mobius::drivers {
namespace {

using sim::SimDriveOptions;
using sim::SimIdeOptions;

TEST(Ide, FindsTheCdWhereverItIs) {
  for (unsigned channel = 0; channel < 2; ++channel) {
    for (unsigned drive = 0; drive < 2; ++drive) {
      Rig rig;
      rig.attach(channel, drive);
      rig.start();
      ASSERT_NE(rig.driver->cd_drive(), nullptr) << channel << drive;
      EXPECT_EQ(rig.driver->cd_drive()->block_count(), 64u);
      EXPECT_EQ(rig.driver->cd_drive()->block_bytes(), 2048u);
      EXPECT_EQ(rig.driver->cd_drive()->model(), "Simulated CD 2000");
      for (unsigned c = 0; c < 2; ++c) {
        for (unsigned d = 0; d < 2; ++d) {
          const bool here = c == channel && d == drive;
          EXPECT_EQ(rig.driver->kind(c, d), here ? DriveKind::Packet : DriveKind::None);
        }
      }
      rig.run({[&] { EXPECT_TRUE(rig.read(5, 2, kDirectFrame)); }});
      rig.expect_no_violations();
    }
  }
}

TEST(Ide, NoDriveNoControllerNoHang) {
  for (bool pci : {false, true}) {
    Rig rig(1, {.pci = pci});
    rig.start();
    EXPECT_EQ(rig.driver->cd_drive(), nullptr);
    EXPECT_LT(rig.scheduler.now(), 100u);
  }
}

TEST(Ide, DiskBesideTheCdIsNotedAndLeftAlone) {
  Rig rig;
  rig.attach_disk(0, 0);
  rig.attach(0, 1);
  rig.start();
  EXPECT_EQ(rig.driver->kind(0, 0), DriveKind::Disk);
  EXPECT_EQ(rig.driver->kind(0, 1), DriveKind::Packet);
  rig.run({[&] { EXPECT_TRUE(rig.read(0, 1, kDirectFrame)); }});
  rig.expect_no_violations();
}

TEST(Ide, AnswersLongerThanAskedForAreCut) {
  Rig rig;
  rig.attach(1, 0, {.long_answers = true});
  rig.start();
  ASSERT_NE(rig.driver->cd_drive(), nullptr);
  EXPECT_EQ(rig.driver->cd_drive()->block_count(), 64u);
  EXPECT_EQ(rig.driver->channel(1).counters().resets, 0u);
  rig.expect_no_violations();
}

TEST(Ide, DriveWithoutMediumOrWithAudioIsNoCdDrive) {
  for (const SimDriveOptions& options :
       {SimDriveOptions{.medium = false}, SimDriveOptions{.block_bytes = 2352}}) {
    Rig rig;
    rig.attach(1, 0, options);
    rig.start();
    EXPECT_EQ(rig.driver->kind(1, 0), DriveKind::Packet);
    EXPECT_EQ(rig.driver->cd_drive(), nullptr);
  }
}

TEST(Ide, ReadsByDmaStraightIntoAnyFrameBelow4G) {
  Rig rig;
  auto& drive = rig.attach(1, 0);
  rig.start();
  EXPECT_TRUE(rig.driver->cd_drive()->uses_dma());
  const uint64_t windows = rig.memory.windows_opened(), begin = rig.scheduler.now();
  rig.run({[&] {
    for (uint32_t block = 0; block < 63; ++block) {
      EXPECT_TRUE(rig.read(block, 2, kDirectFrame));
      EXPECT_TRUE(rig.read(block, 1, kWindowFrame, 1024));
      EXPECT_TRUE(rig.read(block, 1, FrameNumber{0xFFFFF}, 2048));
    }
  }});
  EXPECT_LT(rig.scheduler.now() - begin, 189u * 10) << "interrupts do not wake";
  EXPECT_EQ(drive.dma_reads, 189u);
  EXPECT_EQ(rig.memory.windows_opened(), windows);
  const auto& counters = rig.driver->cd_drive()->counters();
  EXPECT_EQ(counters.reads, 189u);
  EXPECT_EQ(counters.dma_reads, 189u);
  EXPECT_EQ(counters.repeats, 1u);  // the unit attention at first
  EXPECT_EQ(counters.errors, 0u);
  EXPECT_EQ(rig.driver->channel(1).counters().lost_interrupts, 0u);
  EXPECT_EQ(rig.driver->channel(1).counters().resets, 0u);
  rig.expect_no_violations();
}

TEST(Ide, ReadsByPioWhereDmaCannot) {
  struct Case {
    SimIdeOptions controller;
    SimDriveOptions drive;
    FrameNumber frame;
    uint32_t offset;
  };
  const Case cases[] = {
      {{.pci = false}, {}, kDirectFrame, 0},
      {{.bus_master = false}, {}, kWindowFrame, 0},
      {{}, {.dma = false}, kDirectFrame, 2},
      {{}, {}, kFarFrame, 0},       // above 4 GiB: the engine has 32 address lines
      {{}, {}, kDirectFrame, 1},    // odd places in a frame
      {{}, {}, kWindowFrame, 2046},
  };
  for (const Case& c : cases) {
    Rig rig(1, c.controller);
    auto& drive = rig.attach(1, 0, c.drive);
    rig.start();
    rig.run({[&] {
      for (uint32_t block = 0; block < 64; ++block) {
        EXPECT_TRUE(rig.read(block, 1, c.frame, c.offset));
      }
      if (c.offset == 0) {
        EXPECT_TRUE(rig.read(62, 2, c.frame));
      }
    }});
    EXPECT_EQ(drive.dma_reads, 0u);
    EXPECT_EQ(rig.driver->channel(1).counters().lost_interrupts, 0u);
    rig.expect_no_violations();
  }
}

// What a command without DMA leaves behind in the bus master must not look like the next one's end.
TEST(Ide, DmaAndPioTakeTurns) {
  for (uint64_t seed = 1; seed < 10; ++seed) {
    Rig rig(seed);
    auto& drive = rig.attach(1, 0);
    rig.start();
    rig.run({[&] {
      for (uint32_t block = 0; block < 62; ++block) {
        EXPECT_TRUE(rig.read(block, 2, kDirectFrame));
        EXPECT_TRUE(rig.read(block, 1, kDirectFrame, 1));
      }
    }});
    EXPECT_EQ(drive.dma_reads, 62u);
    EXPECT_EQ(rig.driver->cd_drive()->counters().dma_failures, 0u);
  }
}

TEST(Ide, WorksInNativeModeOnASharedInterrupt) {
  Rig rig(1, {.native = true});
  rig.attach(0, 0);
  rig.attach(1, 1, {.interrupt_for_packet = true});
  rig.start();
  EXPECT_EQ(rig.driver->irq(0), 11);
  EXPECT_EQ(rig.driver->irq(1), 11);
  EXPECT_EQ(rig.driver->kind(1, 1), DriveKind::Packet);
  rig.run({[&] {
    for (uint32_t block = 0; block < 64; ++block) EXPECT_TRUE(rig.read(block, 1, kDirectFrame));
  }});
  EXPECT_EQ(rig.driver->channel(0).counters().lost_interrupts, 0u);
  rig.expect_no_violations();
}

// Another device on the same line interrupts all the time: each time the driver looks, and most
// times there is nothing to see.
TEST(Ide, InterruptsOfOthersDoNoHarm) {
  for (bool dma : {true, false}) {
    Rig rig(1, {.native = true});
    auto& drive = rig.attach(0, 0, {.dma = dma});
    rig.start();
    drive.faults.assign(62, sim::SimIdeFault::EarlyInterrupt);
    bool reading = true;
    rig.run({[&] {
               for (uint32_t block = 0; block < 62; ++block) {
                 EXPECT_TRUE(rig.read(block, 2, kDirectFrame));
                 EXPECT_TRUE(rig.read(block, 1, kDirectFrame, 1));
               }
               reading = false;
             },
             [&] {
               while (reading) {
                 rig.scheduler.sleep(1);
                 rig.driver->on_interrupt(11);
               }
             }});
    EXPECT_EQ(drive.reads, 124u);
    EXPECT_EQ(drive.dma_reads, dma ? 62u : 0u);
    EXPECT_EQ(rig.driver->channel(0).counters().resets, 0u);
    EXPECT_EQ(rig.driver->channel(0).counters().lost_interrupts, 0u);
    EXPECT_EQ(rig.driver->cd_drive()->counters().dma_failures, 0u);
    rig.expect_no_violations();
  }
}

TEST(Ide, DrivesThatInterruptForThePacketOrWantTheDirectionTold) {
  for (bool dma : {true, false}) {
    Rig rig;
    auto& drive =
        rig.attach(0, 0, {.dma = dma, .dma_direction = true, .interrupt_for_packet = true});
    rig.start();
    rig.run({[&] {
      for (uint32_t block = 0; block < 63; ++block) EXPECT_TRUE(rig.read(block, 2, kDirectFrame));
    }});
    EXPECT_EQ(drive.dma_reads, dma ? 63u : 0u);
    EXPECT_EQ(rig.driver->channel(0).counters().lost_interrupts, 0u);
    rig.expect_no_violations();
  }
}

TEST(Ide, RefusesWhatIsNotOnTheDiscOrNotInTheFrame) {
  Rig rig;
  auto& drive = rig.attach(1, 0);
  rig.start();
  auto& cd = *rig.driver->cd_drive();
  rig.run({[&] {
    const auto refused = [&](uint64_t first, uint32_t blocks, FrameSpan into) {
      const auto result = cd.read(first, blocks, into);
      return !result && result.error() == Error::BadArgument;
    };
    EXPECT_TRUE(refused(64, 1, {kDirectFrame, 0, 2048}));
    EXPECT_TRUE(refused(63, 2, {kDirectFrame, 0, 4096}));
    EXPECT_TRUE(refused(UINT64_MAX, 1, {kDirectFrame, 0, 2048}));
    EXPECT_TRUE(refused(0x100000000, 1, {kDirectFrame, 0, 2048}));
    EXPECT_TRUE(refused(0, 0, {kDirectFrame, 0, 0}));
    EXPECT_TRUE(refused(0, 3, {kDirectFrame, 0, 6144}));
    EXPECT_TRUE(refused(0, 0x200001, {kDirectFrame, 0, 2048}));
    EXPECT_TRUE(refused(0, 1, {kDirectFrame, 0, 4096}));
    EXPECT_TRUE(refused(0, 1, {kDirectFrame, 2049, 2048}));
    EXPECT_TRUE(refused(0, 1, {kDirectFrame, 0xFFFFF800, 2048}));
  }});
  EXPECT_EQ(drive.reads, 0u);
}

TEST(Ide, ThreadsReadAtOnceAndOthersRunMeanwhile) {
  Rig rig(7);
  rig.attach(0, 0, {.latency = 5});
  rig.start();
  uint64_t ran_meanwhile = 0;
  bool reading = true;
  std::vector<std::function<void()>> clients;
  unsigned left = 8;
  for (uint32_t i = 0; i < 8; ++i) {
    clients.push_back([&, i] {
      for (uint32_t n = 0; n < 30; ++n) {
        EXPECT_TRUE(rig.read((i * 7 + n) % 63, 1 + n % 2, FrameNumber{100 + i}));
      }
      if (--left == 0) reading = false;
    });
  }
  clients.push_back([&] {
    while (reading) {
      ++ran_meanwhile;
      rig.scheduler.sleep(1);
    }
  });
  rig.run(std::move(clients));
  EXPECT_GT(ran_meanwhile, 500u);
  EXPECT_EQ(rig.driver->channel(0).counters().resets, 0u);
  rig.expect_no_violations();
}

TEST(Ide, TwoDrivesOnOneChannelTakeTurns) {
  Rig rig(3);
  rig.attach(0, 0);
  auto& second = rig.attach_disk(0, 1);
  rig.start();
  std::vector<std::function<void()>> clients;
  for (uint32_t i = 0; i < 4; ++i) {
    clients.push_back([&, i] {
      for (uint32_t n = 0; n < 20; ++n) EXPECT_TRUE(rig.read(n, 2, FrameNumber{100 + i}));
    });
  }
  rig.run(std::move(clients));
  EXPECT_EQ(second.violations.size(), 0u);
  rig.expect_no_violations();
}

}  // namespace
}  // namespace mobius::drivers
