// SimIdeDrive: a packet drive on a simulated IDE channel.
//
// It answers IDENTIFY PACKET DEVICE, READ(10/12), READ CAPACITY and REQUEST SENSE from a disc
// image; each READ takes one of the planned faults.
#pragma once

#include "sim/sim_ide_device.h"

namespace mobius::sim {

struct SimDriveOptions {
  bool dma = true;
  bool dma_direction = false;       // IDENTIFY word 62, and insists on the feature bit
  bool interrupt_for_packet = false;
  bool unit_attention_at_first = true;
  bool medium = true;
  bool long_answers = false;  // more bytes than asked for, an odd number of them, all at once
  uint32_t block_bytes = 2048;
  uint64_t latency = 2;  // ticks a command takes
};

class SimIdeDrive final : public SimIdeDevice {
 public:
  SimIdeDrive(std::vector<std::byte> image, SimDriveOptions options);

  uint32_t reads = 0, dma_reads = 0, senses = 0;

  uint8_t read(unsigned offset) override;
  void write(unsigned offset, uint8_t value) override;
  void command(uint8_t code, uint64_t now) override;
  uint16_t read_data(uint64_t now) override;
  void write_data(uint16_t word, uint64_t now) override;
  void end_reset(uint64_t now) override;
  void advance(uint64_t now) override;
  bool dma_to_memory() const override { return true; }
  void dma_moved(size_t bytes, uint64_t now) override;

 private:
  void identify();
  void run_packet(uint64_t now);
  void perform();
  void start_read(uint32_t first, uint32_t blocks);
  void answer(std::vector<std::byte> bytes);
  void check_condition(uint8_t key, uint8_t code);
  void offer();          // the next piece of the answer by PIO
  void end(uint8_t status);

  std::vector<std::byte> image_;
  const SimDriveOptions options_;
  uint8_t features_ = 0, reason_ = 1;
  uint16_t byte_count_ = 0xEB14;
  uint16_t limit_ = 0;
  bool unit_attention_, sense_fails_ = false;
  uint8_t packet_[12] = {};
  unsigned packet_bytes_ = 0;
  uint8_t sense_key_ = 0, sense_code_ = 0;
  size_t piece_end_ = 0;
};

}  // namespace mobius::sim
