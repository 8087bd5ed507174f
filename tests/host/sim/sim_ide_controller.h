// SimIdeController: a PIIX3-like IDE controller behind a RegisterPort, for the real driver.
//
// Two channels with up to two drives each (sim_ide_drive.h), a bus master for each that moves bytes
// a little per tick (sim_bus_master.h), the PCI function that tells about them, and interrupt lines
// that reach the driver as edges, when nobody is in the kernel. Time comes from the SimScheduler:
// one tick is one millisecond; a fiber (`run`) plays the hardware and the timer.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "drivers/register_port.h"
#include "mm/words/clock.h"
#include "sim/sim_bus_master.h"
#include "sim/sim_frame_memory.h"
#include "sim/sim_ide_disk.h"
#include "sim/sim_ide_drive.h"
#include "sim/sim_ide_pci.h"
#include "sim/sim_scheduler.h"

namespace mobius::sim {

class SimIdeController final : public drivers::RegisterPort, public mm::Clock {
 public:
  SimIdeController(SimFrameMemory& memory, SimScheduler& scheduler, SimIdeOptions options = {});

  SimIdeDrive& attach(unsigned channel, unsigned drive, std::vector<std::byte> image,
                      SimDriveOptions options = {});
  SimIdeDisk& attach_disk(unsigned channel, unsigned drive, SimDiskOptions options = {});

  // The processor's side of the interrupt lines: `interrupt(line)` and `tick()` every 10 ms.
  std::function<void(uint8_t)> interrupt;
  std::function<void()> tick;
  // Plays the hardware until `until()` says stop. Called in a fiber of its own.
  void run(const std::function<bool()>& until);
  void run_ticks(uint64_t ticks);

  std::vector<std::string> violations;
  uint32_t interrupts = 0;

  uint64_t now_ns() override { return scheduler_.now() * 1'000'000; }
  uint8_t in8(uint16_t port) override;
  uint32_t in32(uint16_t port) override;
  void out8(uint16_t port, uint8_t value) override;
  void out32(uint16_t port, uint32_t value) override;
  void in16_many(uint16_t port, uint16_t* to, uint32_t words) override;
  void out16_many(uint16_t port, const uint16_t* from, uint32_t words) override;

 private:
  struct Channel {
    SimBusMaster engine;
    std::unique_ptr<SimIdeDevice> drives[2];
    unsigned selected = 0;
    uint8_t control = 0;
    uint16_t command_ports = 0, control_port = 0;
    uint8_t line = 0;
    bool line_was_high = false, edge = false;
    SimIdeDevice* drive() const { return drives[selected].get(); }
  };
  struct Place {
    Channel* channel = nullptr;
    enum class Block : uint8_t { None, Command, Control, Engine } block = Block::None;
    unsigned offset = 0;
  };
  Place find(uint16_t port);
  void write_command(Channel& channel, unsigned offset, uint8_t value);
  void write_control(Channel& channel, uint8_t value);
  void write_engine(Channel& channel, unsigned offset, uint8_t value);
  void update_line(Channel& channel);
  void step();
  void move_data(Channel& channel);

  SimScheduler& scheduler_;
  SimIdePci pci_;
  const bool engines_;  // that there are bus masters
  Channel channels_[2];
};

}  // namespace mobius::sim
