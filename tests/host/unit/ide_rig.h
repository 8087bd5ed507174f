// A simulated machine with the real IDE driver on it, for the driver's tests.
#pragma once

#include <gtest/gtest.h>

#include <cstring>

#include "drivers/ide_controller.h"
#include "sim/sim_ide_controller.h"

namespace mobius::drivers {

// A disc whose every byte depends on its place, so that a wrong, shifted or missing block shows.
inline std::vector<std::byte> signed_disc(uint32_t blocks) {
  std::vector<std::byte> disc(size_t{blocks} * kCdBlockBytes);
  for (size_t i = 0; i < disc.size(); ++i) {
    disc[i] = static_cast<std::byte>((i * 2654435761u) >> 13 ^ i / kCdBlockBytes);
  }
  return disc;
}

inline constexpr uint32_t kFrames = 0x100400;  // a little more than 4 GiB
inline constexpr FrameNumber kTable{1};
inline constexpr FrameNumber kDirectFrame{16}, kWindowFrame{0x8000}, kFarFrame{0x100010};
inline constexpr FrameNumber kDirectEnd{0x4000};

struct Rig {
  explicit Rig(uint64_t seed = 1, sim::SimIdeOptions options = {})
      : memory(kFrames, kDirectEnd), scheduler(seed), hardware(memory, scheduler, options) {}

  // Runs the clients to their end, each as a thread, with the hardware beside them.
  void run(std::vector<std::function<void()>> clients) {
    size_t running = clients.size();
    for (auto& client : clients) {
      scheduler.spawn([&running, client] {
        client();
        --running;
      });
    }
    scheduler.spawn([&] { hardware.run([&] { return running == 0; }); });
    ASSERT_EQ(scheduler.run(), 0u) << "somebody sleeps for ever";
  }

  // Puts the driver on the hardware and lets it look for drives.
  void start() {
    driver.emplace(hardware, memory, scheduler, hardware, kTable);
    hardware.interrupt = [this](uint8_t line) { driver->on_interrupt(line); };
    hardware.tick = [this] { driver->on_tick(); };
    run({[this] { driver->find_drives(); }});
  }

  // Reads blocks and compares them with the disc. Junk lies in the frame before; what the hardware
  // still writes after the read is back shows later (quiet()).
  Result<void> read(uint64_t first, uint32_t blocks, FrameNumber frame, uint32_t offset = 0) {
    const uint32_t bytes = blocks * kCdBlockBytes;
    std::memset(memory.hardware(frame), 0xA5, kPageSize);
    auto result = driver->cd_drive()->read(first, blocks, {frame, offset, bytes});
    if (!result) return result;
    const std::byte* got = memory.hardware(frame);
    EXPECT_EQ(std::memcmp(got + offset, disc.data() + first * kCdBlockBytes, bytes), 0)
        << "blocks " << first << "+" << blocks << " frame " << frame.value;
    for (uint32_t i = 0; i < kPageSize; ++i) {
      if (i >= offset && i < offset + bytes) continue;
      if (got[i] != std::byte{0xA5}) ADD_FAILURE() << "byte " << i << " outside was written";
    }
    return result;
  }
  // Fails where anything writes to the frame during the next `ticks`.
  void expect_untouched(FrameNumber frame, uint64_t ticks) {
    std::memset(memory.hardware(frame), 0x5A, kPageSize);
    const uint64_t end = scheduler.now() + ticks;
    run({[&] {
      while (scheduler.now() < end) scheduler.sleep(100);
    }});
    const std::byte* bytes = memory.hardware(frame);
    for (uint32_t i = 0; i < kPageSize; ++i) ASSERT_EQ(bytes[i], std::byte{0x5A}) << i;
  }

  void expect_no_violations() {
    for (const auto& v : hardware.violations) ADD_FAILURE() << v;
    for (auto* d : drives) {
      for (const auto& v : d->violations) ADD_FAILURE() << v;
    }
  }

  sim::SimIdeDrive& attach(unsigned channel, unsigned drive, sim::SimDriveOptions options = {}) {
    auto& attached = hardware.attach(channel, drive, disc, options);
    drives.push_back(&attached);
    return attached;
  }
  sim::SimIdeDisk& attach_disk(unsigned channel, unsigned drive,
                               sim::SimDiskOptions options = {}) {
    auto& attached = hardware.attach_disk(channel, drive, options);
    drives.push_back(&attached);
    return attached;
  }

  sim::SimFrameMemory memory;
  sim::SimScheduler scheduler;
  sim::SimIdeController hardware;
  std::vector<std::byte> disc = signed_disc(64);
  std::vector<sim::SimIdeDevice*> drives;
  std::optional<IdeController> driver;
};

}  // namespace mobius::drivers
