// SimIdeDisk: a hard disk on a simulated IDE channel.
//
// IDENTIFY DEVICE, READ/WRITE SECTORS and DMA, each also EXT. A sector nobody has written holds
// bytes that depend on its number. Sectors can be bad for reading or writing, the disk can become
// smaller than it says, and each command that moves data takes one of the planned faults.
#pragma once

#include <array>
#include <map>
#include <set>

#include "sim/sim_ide_device.h"

namespace mobius::sim {

using SimSector = std::array<std::byte, 512>;

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
  explicit SimIdeDisk(SimDiskOptions options) : options_(options), sectors_(options.sectors) {}

  std::set<uint64_t> bad_reads, bad_writes;  // sectors
  uint32_t reads = 0, writes = 0;            // commands
  uint32_t dma_commands = 0, long_commands = 0;
  uint32_t most_sectors = 0;  // of a command

  SimSector sector(uint64_t number) const;
  void put_sector(uint64_t number, const SimSector& bytes) { written_[number] = bytes; }
  // What lies beyond answers as if it were bad; IDENTIFY says what it always said.
  void shrink(uint64_t sectors) { sectors_ = sectors; }

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
  void address(bool is_long);
  bool is_bad(uint64_t number) const;
  void begin_data(uint64_t now);
  void next_sector(uint64_t now);
  void store(uint64_t sectors);
  void fail(uint8_t error) { error_ = error, end(kReady | kErr); }
  void finish();
  bool stuck_with_data() const { return state_ == State::Stuck && (status_ & kDrq) != 0; }

  const SimDiskOptions options_;
  uint64_t sectors_;
  std::map<uint64_t, SimSector> written_;
  // Each register with the value it had before: SectorCount, LbaLow, LbaMid, LbaHigh.
  std::array<std::array<uint8_t, 2>, 4> task_{};
  uint8_t device_ = 0;
  // The command.
  bool identifies_ = false, writes_ = false, dma_ = false;
  uint64_t first_ = 0;
  uint64_t count_ = 0;
  uint64_t stored_ = 0;  // sectors, of a write
};

}  // namespace mobius::sim
