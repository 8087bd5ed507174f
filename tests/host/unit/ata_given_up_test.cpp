// A disk that does not answer: how often it is asked, when it is given up, and who goes on.
#include "drivers/disk_queue.h"
#include "drivers/disk_window.h"
#include "unit/ata_rig.h"

namespace mobius::drivers {
namespace {

using sim::SimIdeFault;

// Who was given up: channel * 2 + drive. Only a function without context can be told.
std::vector<unsigned> told;
void tell(unsigned channel, unsigned drive) { told.push_back(channel * 2 + drive); }

// Channel 1, with a disk as drive `disk` and a CD as the other one.
struct Shared : Rig {
  explicit Shared(unsigned disk) : platter(attach_disk(1, disk)), disk_at(disk) {
    attach(1, 1 - disk);
    driver.emplace(hardware, memory, scheduler, hardware, kTable);
    driver->tell_given_up(tell);
    hardware.interrupt = [this](uint8_t line) { driver->on_interrupt(line); };
    hardware.tick = [this] { driver->on_tick(); };
    told.clear();
    run({[this] { driver->find_drives(); }});
  }
  AtaDisk& disk() { return *driver->disk(1, disk_at); }
  Result<void> transfer(Transfer direction) {
    const FrameNumber frame{0x300};
    return disk().transfer(direction, 8, {&frame, 1});
  }
  uint32_t commands() const { return platter.reads + platter.writes; }
  void give_up(SimIdeFault fault) {
    platter.faults.assign(100, fault);
    run({[&] {
      for (int i = 0; i < 3; ++i) EXPECT_EQ(transfer(Transfer::Write).error(), Error::TimedOut);
    }});
  }

  sim::SimIdeDisk& platter;
  const unsigned disk_at;
};

TEST(AtaGivenUp, AfterThreeTransfersWithoutAnAnswerNoRegisterIsTouchedAnyMore) {
  Shared rig(0);
  rig.platter.faults.assign(100, SimIdeFault::StuckBusy);
  const uint32_t attempts[] = {4, 1, 1, 0, 0};
  for (unsigned i = 0; i < std::size(attempts); ++i) {
    const uint32_t before = rig.commands(), resets = rig.driver->channel(1).counters().resets;
    const uint64_t begin = rig.scheduler.now();
    rig.run({[&] {
      EXPECT_EQ(rig.transfer(i % 2 ? Transfer::Read : Transfer::Write).error(), Error::TimedOut);
    }});
    EXPECT_EQ(rig.commands() - before, attempts[i]) << i;
    EXPECT_EQ(rig.driver->channel(1).counters().resets - resets, attempts[i]) << i;
    EXPECT_EQ(rig.disk().given_up(), i >= 2) << i;
    EXPECT_EQ(told.size(), i >= 2 ? 1u : 0u) << i;
    EXPECT_LE(rig.scheduler.now() - begin, attempts[i] * 10'500 + 1) << i;
  }
  EXPECT_EQ(told, (std::vector<unsigned>{2}));
  EXPECT_EQ(rig.disk().counters().errors, 3u);
  EXPECT_EQ(rig.disk().counters().commands, 6u);
  rig.expect_no_violations();
}

TEST(AtaGivenUp, ASuccessOrAnErrorIsAnAnswerAndTheCountBeginsAnew) {
  for (SimIdeFault answer : {SimIdeFault::None, SimIdeFault::MediumError}) {
    Shared rig(0);
    rig.run({[&] {
      for (int round = 0; round < 3; ++round) {
        rig.platter.faults.assign(5, SimIdeFault::StuckBusy);  // two transfers
        for (int i = 0; i < 2; ++i) {
          EXPECT_EQ(rig.transfer(Transfer::Write).error(), Error::TimedOut);
        }
        rig.platter.faults.assign(4, answer);
        const auto answered = rig.transfer(Transfer::Read);
        EXPECT_TRUE(answered || answered.error() == Error::IoError);
        rig.platter.faults.clear();
      }
      EXPECT_TRUE(rig.transfer(Transfer::Write));
    }});
    EXPECT_FALSE(rig.disk().given_up());
    EXPECT_TRUE(told.empty());
    rig.expect_no_violations();
  }
}

TEST(AtaGivenUp, TheOtherDriveOnTheChannelGoesOn) {
  for (unsigned place : {0u, 1u}) {
    for (SimIdeFault fault : {SimIdeFault::StuckBusy, SimIdeFault::StuckForGood}) {
      Shared rig(place);
      rig.give_up(fault);
      const uint64_t begin = rig.scheduler.now();
      const uint32_t timeouts = rig.driver->channel(1).counters().timeouts;
      rig.run({[&] {
        for (uint32_t n = 0; n < 20; ++n) {
          EXPECT_TRUE(rig.read(n, 2, kDirectFrame)) << n;
          EXPECT_EQ(rig.transfer(Transfer::Read).error(), Error::TimedOut);
        }
      }});
      EXPECT_LT(rig.scheduler.now() - begin, 2000u);
      EXPECT_EQ(rig.driver->channel(1).counters().timeouts, timeouts);
      EXPECT_EQ(told, (std::vector<unsigned>{2 + place}));
      rig.expect_no_violations();
    }
  }
}

TEST(AtaGivenUp, WhoWaitsForItsTurnFailsAtOnceToo) {
  Shared rig(0);
  rig.platter.faults.assign(100, SimIdeFault::StuckForGood);
  DiskWindow window(rig.disk(), 0, 1000);
  DiskQueue queue(window, rig.scheduler);
  unsigned failed = 0;
  std::vector<std::function<void()>> clients;
  for (uint32_t i = 0; i < 8; ++i) {
    clients.push_back([&, i] {  // no two of them neighbours
      const FrameNumber frame{0x300 + i};
      if (queue.transfer(Transfer::Write, i * 10, {&frame, 1}).error() == Error::TimedOut) ++failed;
    });
  }
  const uint64_t begin = rig.scheduler.now();
  rig.run(std::move(clients));
  EXPECT_EQ(failed, 8u);
  EXPECT_EQ(queue.counters().writes, 8u);
  EXPECT_EQ(rig.commands(), 1u) << "then it is busy, and only waited for";
  EXPECT_EQ(rig.disk().counters().errors, 3u);
  EXPECT_LT(rig.scheduler.now() - begin, 75'000u);
  EXPECT_TRUE(queue.gone() && window.gone());
  rig.expect_no_violations();
}

}  // namespace
}  // namespace mobius::drivers
