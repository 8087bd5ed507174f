// The disk driver against a well-behaved simulated disk: finding it, DMA, PIO, addresses, turns.
#include "drivers/disk_window.h"
#include "unit/ata_rig.h"

namespace mobius::drivers {
namespace {

using sim::SimDiskOptions;
using sim::SimIdeOptions;

TEST(AtaDisk, IsFoundWhereverItIs) {
  for (unsigned channel = 0; channel < 2; ++channel) {
    for (unsigned drive = 0; drive < 2; ++drive) {
      Rig rig;
      rig.attach_disk(channel, drive, {.sectors = 4000});
      rig.start();
      EXPECT_EQ(rig.driver->kind(channel, drive), DriveKind::Disk);
      ASSERT_NE(rig.driver->disk(channel, drive), nullptr);
      EXPECT_EQ(rig.driver->disk(channel, drive)->sector_count(), 4000u);
      EXPECT_EQ(rig.driver->disk(channel, drive)->model(), "Simulated Disk 1986");
      EXPECT_EQ(rig.driver->disk(1 - channel, drive), nullptr);
      EXPECT_EQ(rig.driver->cd_drive(), nullptr);
      const FrameNumber frame{64};
      rig.run({[&] {
        EXPECT_TRUE(rig.driver->disk(channel, drive)->transfer(Transfer::Read, 8, {&frame, 1}));
      }});
      rig.expect_no_violations();
    }
  }
}

TEST(AtaDisk, SaysHowBigItIs) {
  const uint64_t beyond28 = 0x2'3456'7890;
  const std::pair<SimDiskOptions, uint64_t> cases[] = {
      {{.sectors = 65536}, 65536},
      {{.sectors = 65536, .lba48 = false}, 65536},
      {{.sectors = 65536, .short_number_only = true}, 65536},
      {{.sectors = beyond28}, beyond28},
      {{.sectors = beyond28, .lba48 = false}, 0x0FFFFFFF},
      {{.lba = false}, 0},
      {{.long_sectors = true}, 0},
  };
  for (const auto& [options, sectors] : cases) {
    EXPECT_EQ(AtaRig(options).disk().sector_count(), sectors);
  }
}

TEST(AtaDisk, MovesPagesByDmaFromAndToScatteredFrames) {
  AtaRig rig;
  ASSERT_TRUE(rig.disk().uses_dma());
  const uint64_t windows = rig.memory.windows_opened();
  const uint32_t interrupts = rig.hardware.interrupts;
  uint32_t commands = 0;
  rig.run({[&] {
    for (uint32_t pages : {1u, 2u, 3u, 31u, 32u, 33u, 63u, 64u}) {
      for (uint64_t first : {0u, 8u, 63u, 1001u, 65536u - 64 * 8}) {
        const auto frames = AtaRig::scattered(pages);
        EXPECT_TRUE(rig.write_out(first, frames));
        EXPECT_TRUE(rig.read_back(first, frames));
        commands += 2;
      }
    }
  }});
  EXPECT_EQ(rig.platter.dma_commands, commands);
  EXPECT_EQ(rig.platter.reads + rig.platter.writes, commands) << "one command a transfer";
  EXPECT_EQ(rig.hardware.interrupts - interrupts, commands) << "one interrupt a command";
  EXPECT_EQ(rig.disk().counters().commands, commands);
  EXPECT_EQ(rig.disk().counters().dma_commands, commands);
  EXPECT_EQ(rig.disk().counters().repeats, 0u);
  EXPECT_EQ(rig.memory.windows_opened(), windows) << "the processor has copied";
  EXPECT_EQ(rig.driver->channel(0).counters().lost_interrupts, 0u);
  rig.expect_no_violations();
}

TEST(AtaDisk, TouchesNoOtherFrame) {
  AtaRig rig;
  std::vector<FrameNumber> frames, others;
  for (uint32_t i = 0; i < 64; ++i) {
    frames.push_back({0x400 + 2 * i});
    others.push_back({0x401 + 2 * i});
  }
  rig.fill(others, 0x77);
  const auto before = rig.bytes_of(others);
  rig.run({[&] { EXPECT_TRUE(rig.read_back(16, frames)); }});
  EXPECT_TRUE(rig.bytes_of(others) == before);
}

TEST(AtaDisk, MovesTheSameByPioWhereDmaCannot) {
  struct Case {
    SimIdeOptions controller;
    SimDiskOptions disk;
    uint32_t frame;
  };
  const Case cases[] = {
      {{.pci = false}, {}, 0x200},
      {{.bus_master = false}, {.lba48 = false}, 0x200},
      {{}, {.dma = false}, 0x9000},
      {{}, {}, 0x100100},  // above 4 GiB
  };
  for (const Case& c : cases) {
    AtaRig rig(c.disk, c.controller);
    rig.run({[&] {
      for (uint32_t pages : {1u, 5u, 33u, 64u}) {
        auto frames = AtaRig::scattered(pages);
        frames.back() = {c.frame};
        EXPECT_TRUE(rig.write_out(77, frames));
        EXPECT_TRUE(rig.read_back(77, frames));
      }
    }});
    EXPECT_EQ(rig.platter.dma_commands, 0u);
    EXPECT_EQ(rig.driver->channel(0).counters().lost_interrupts, 0u) << "a sector waits for a tick";
    EXPECT_EQ(rig.disk().counters().repeats, 0u);
    rig.expect_no_violations();
  }
}

TEST(AtaDisk, AddressesWith28And48Bits) {
  constexpr uint64_t kEnd28 = uint64_t{1} << 28;
  AtaRig rig({.sectors = uint64_t{1} << 45});
  const auto frames = AtaRig::scattered(32);
  rig.run({[&] {
    EXPECT_TRUE(rig.write_out(0x7654321, frames));
    EXPECT_TRUE(rig.read_back(kEnd28 - 32 * 8, frames));
    EXPECT_EQ(rig.platter.long_commands, 0u);
    for (uint64_t first : {kEnd28 - 1, kEnd28, uint64_t{0x1234'5678'9ABC}}) {
      EXPECT_TRUE(rig.write_out(first, frames)) << first;
      EXPECT_TRUE(rig.read_back(first, frames)) << first;
    }
    EXPECT_EQ(rig.platter.long_commands, 6u);
    EXPECT_TRUE(rig.read_back(0, AtaRig::scattered(33))) << "33 pages are 264 sectors";
    EXPECT_EQ(rig.platter.long_commands, 7u);
  }});
  rig.expect_no_violations();
}

TEST(AtaDisk, AnOldDiskGetsTwoCommands) {
  for (bool dma : {true, false}) {
    AtaRig rig({.dma = dma, .lba48 = false});
    rig.run({[&] {
      EXPECT_TRUE(rig.write_out(9, AtaRig::scattered(64)));
      EXPECT_TRUE(rig.read_back(9, AtaRig::scattered(64)));
      EXPECT_TRUE(rig.read_back(9, AtaRig::scattered(33)));
    }});
    EXPECT_EQ(rig.platter.writes, 2u);
    EXPECT_EQ(rig.platter.reads, 4u);
    EXPECT_EQ(rig.platter.most_sectors, 256u);
    EXPECT_EQ(rig.platter.long_commands, 0u);
    rig.expect_no_violations();
  }
}

TEST(AtaDisk, RefusesWhatIsNotThere) {
  AtaRig rig({.sectors = 1000});
  const auto frames = AtaRig::scattered(65);
  const auto refused = [&](uint64_t first, size_t pages) {
    for (Transfer direction : {Transfer::Read, Transfer::Write}) {
      const auto result = rig.disk().transfer(direction, first, {frames.data(), pages});
      if (result || result.error() != Error::BadArgument) return false;
    }
    return true;
  };
  rig.run({[&] {
    EXPECT_TRUE(refused(0, 0));
    EXPECT_TRUE(refused(0, 65));
    EXPECT_TRUE(refused(993, 1));
    EXPECT_TRUE(refused(1000, 1));
    EXPECT_TRUE(refused(UINT64_MAX, 1));
    EXPECT_TRUE(refused(UINT64_MAX - 7, 2));
    EXPECT_TRUE(rig.read_back(992, {frames.data(), 1}));
  }});
  EXPECT_EQ(rig.platter.writes, 0u);
}

TEST(AtaDisk, AWindowShowsItsPartAndNoMore) {
  AtaRig rig;
  DiskWindow window(rig.disk(), 4063, 100);
  EXPECT_EQ(window.page_count(), 100u);
  const auto frames = AtaRig::scattered(64);
  rig.run({[&] {
    rig.fill_randomly(frames);
    const auto bytes = rig.bytes_of(frames), before = rig.sectors(3000, 1063);
    const auto after = rig.sectors(4063 + 800, 100);
    EXPECT_TRUE(window.transfer(Transfer::Write, 36, frames));
    EXPECT_TRUE(rig.sectors(4063 + 36 * 8, 64 * 8) == bytes);
    rig.fill(frames, 0);
    EXPECT_TRUE(window.transfer(Transfer::Read, 36, frames));
    EXPECT_TRUE(rig.bytes_of(frames) == bytes);
    for (uint64_t first : {uint64_t{37}, uint64_t{100}, UINT64_MAX, UINT64_MAX / 8}) {
      const auto result = window.transfer(Transfer::Write, first, frames);
      EXPECT_TRUE(!result && result.error() == Error::BadArgument) << first;
    }
    EXPECT_TRUE(rig.sectors(3000, 1063) == before && rig.sectors(4063 + 800, 100) == after);
  }});
  EXPECT_EQ(rig.platter.writes, 1u);
  EXPECT_EQ(rig.platter.reads, 1u);
}

TEST(AtaDisk, DiskAndCdOnOneChannelTakeTurns) {
  Rig both(4);
  auto& platter = both.attach_disk(0, 0);
  both.attach(0, 1);
  both.start();
  std::vector<std::function<void()>> clients;
  for (uint32_t i = 0; i < 4; ++i) {
    clients.push_back([&, i] {
      const FrameNumber frame{0x300 + i};
      for (uint32_t n = 0; n < 20; ++n) {
        EXPECT_TRUE(both.read(n, 2, FrameNumber{100 + i}));
        EXPECT_TRUE(both.driver->disk(0, 0)->transfer(Transfer::Read, n * 8, {&frame, 1}));
        const sim::SimSector right = platter.sectors.get(n * 8);
        EXPECT_EQ(std::memcmp(both.memory.hardware(frame), right.data(), right.size()), 0);
      }
    });
  }
  both.run(std::move(clients));
  EXPECT_EQ(both.driver->channel(0).counters().resets, 0u);
  both.expect_no_violations();
}

}  // namespace
}  // namespace mobius::drivers
