// SimIdeController: a PIIX3-like IDE controller behind a RegisterPort, for the real driver.
//
// Two channels with up to two drives each (sim_ide_drive.h), a bus master for each that moves bytes
// into the simulated RAM a little per tick, the PCI function that tells about them, and interrupt
// lines that reach the driver as edges, when nobody is in the kernel. Time comes from the
// SimScheduler: one tick is one millisecond; a fiber (`run`) plays the hardware and the timer.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "drivers/register_port.h"
#include "mm/words/clock.h"
#include "sim/sim_frame_memory.h"
#include "sim/sim_ide_disk.h"
#include "sim/sim_ide_drive.h"
#include "sim/sim_scheduler.h"

namespace mobius::sim {

struct SimIdeOptions {
  bool pci = true;  // else the ports alone, without bus master
  bool bus_master = true;
  bool native = false;  // ports and interrupt from the PCI header
};

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
    std::unique_ptr<SimIdeDevice> drives[2];
    unsigned selected = 0;
    uint8_t control = 0;
    uint16_t command_ports = 0, control_port = 0;
    uint8_t line = 0;
    bool line_was_high = false, edge = false;
    // The bus master.
    uint8_t engine_command = 0, engine_status = 0x60;
    uint32_t table = 0;
    uint32_t entry = 0;  // of the table, and the bytes of it that have moved
    uint32_t moved = 0;
    // The engine's buffer: the last bytes reach memory a tick after the engine has taken them, and
    // the drive's interrupt is held back until then (bus master specification, 1.1).
    std::vector<std::byte> buffer;
    uint32_t buffer_to = 0;
    bool held_back = false;
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
  bool move_piece(Channel& channel);
  struct Descriptor {
    uint32_t address, size;
    bool last;
  };
  Descriptor descriptor(const Channel& channel);
  void take_piece(Channel& channel, const Descriptor& from, std::byte* to, uint32_t bytes);
  void empty_buffer(Channel& channel);
  void write_memory(uint32_t to, const std::byte* from, uint32_t bytes);
  uint32_t pci_read() const;

  SimFrameMemory& memory_;
  SimScheduler& scheduler_;
  const SimIdeOptions options_;
  Channel channels_[2];
  uint32_t pci_address_ = 0;
  uint32_t pci_command_ = 0;
};

}  // namespace mobius::sim
