// SimIdeDisk: a hard disk on a simulated IDE channel.
//
// IDENTIFY DEVICE, READ/WRITE SECTORS and DMA, each also EXT. Its medium may be bad in places
// (sim_sectors.h), and each command that moves data takes one of the planned faults.
#pragma once

#include "sim/sim_ide_device.h"
#include "sim/sim_sectors.h"
#include "sim/sim_task_file.h"

namespace mobius::sim {

struct SimDiskOptions {
  uint64_t sectors = 65536;
  bool dma = true;
  bool lba = true;
  bool lba48 = true;
  bool long_sectors = false;  // of 4096 bytes
  bool short_number_only = false;  // knows lba48, but says its size in 28 bits only
  uint64_t latency = 2;       // ticks a command takes
};

class SimIdeDisk final : public SimIdeDevice {
 public:
  explicit SimIdeDisk(SimDiskOptions options) : options_(options), sectors(options.sectors) {}

  SimSectors sectors;  // IDENTIFY says their number as it was at first
  uint32_t reads = 0, writes = 0;            // commands
  uint32_t dma_commands = 0, long_commands = 0;
  uint32_t most_sectors = 0;  // of a command

  uint8_t read(unsigned offset) override;
  void write(unsigned offset, uint8_t value) override;
  void command(uint8_t code, uint64_t now) override;
  uint16_t read_data(uint64_t now) override;
  void write_data(uint16_t word, uint64_t now) override;
  void advance(uint64_t now) override;
  bool dma_to_memory() const override { return !writes_; }
  void dma_moved(size_t bytes, uint64_t now) override;

 private:
  struct Code {
    bool known, writes, dma, is_long;
  };
  static Code decode(uint8_t code);
  void identify();
  void begin(const Code& code, uint64_t now);
  void begin_data(uint64_t now);
  void next_sector(uint64_t now);
  void store(uint64_t count);
  void fail(uint8_t error) { error_ = error, end(kReady | kErr); }
  void finish();
  bool stuck_with_data() const { return state_ == State::Stuck && status_.has(kDrq); }

  const SimDiskOptions options_;
  SimTaskFile task_;
  // The command.
  bool identifies_ = false, writes_ = false, dma_ = false;
  uint64_t first_ = 0;
  uint64_t count_ = 0;
  uint64_t stored_ = 0;  // sectors, of a write
};

}  // namespace mobius::sim
