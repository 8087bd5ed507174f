// SimIdeDrive: a drive on a simulated IDE channel, from the device's side of ATA/ATAPI-6.
//
// It answers IDENTIFY, and as a packet drive READ(10/12), READ CAPACITY and REQUEST SENSE from a
// disc image. It is strict: a driver that writes a register of a busy drive, or moves data nobody
// asked for, is told so in `violations`. What goes wrong is planned: one fault per READ command.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace mobius::sim {

enum class SimIdeFault : uint8_t {
  None,
  MediumError,     // CHECK CONDITION, sense 3
  NotReadyYet,     // CHECK CONDITION, sense 2/04: becoming ready
  NoMedium,        // CHECK CONDITION, sense 2/3A
  UnitAttention,   // CHECK CONDITION until somebody asks for the sense
  LostInterrupt,   // does its work, but the line stays low
  StuckBusy,       // BSY until reset
  StuckForGood,    // BSY, and no reset helps
  StuckData,       // after the packet: DRQ for another packet
  ShortData,       // ends well, half the data missing (DMA and PIO)
  SurplusData,     // PIO: offers twice what was asked for
  ZeroOffer,       // PIO: DRQ with a byte count of 0
  DmaBusError,     // the engine meets an error half way
  DmaErrorAtEnd,   // the engine loses the last bytes; the drive is content
  DmaSlow,         // takes half a second for the last bytes
  DmaNeverEnds,    // the last bytes come when the engine is asked for them much later
  EarlyInterrupt,  // an interrupt before there is anything to tell
  RefusesPacket,   // CHECK CONDITION before it has seen the packet
  ErrorAndNoSense, // CHECK CONDITION, and REQUEST SENSE fails too
};

struct SimDriveOptions {
  bool disk = false;  // answers IDENTIFY DEVICE and nothing else
  bool dma = true;
  bool dma_direction = false;       // IDENTIFY word 62, and insists on the feature bit
  bool interrupt_for_packet = false;
  bool unit_attention_at_first = true;
  bool medium = true;
  bool long_answers = false;  // more bytes than asked for, an odd number of them, all at once
  uint32_t block_bytes = 2048;
  uint64_t latency = 2;  // ticks a command takes
};

class SimIdeDrive {
 public:
  SimIdeDrive(std::vector<std::byte> image, SimDriveOptions options);

  std::deque<SimIdeFault> faults;  // for the next READ commands, first the first
  std::vector<std::string> violations;
  uint32_t reads = 0, dma_reads = 0, senses = 0, resets = 0;

  // The channel's calls. `now` in ticks.
  uint8_t status(bool takes_interrupt);
  uint8_t read(unsigned offset);
  void write(unsigned offset, uint8_t value);  // both drives hear the task file ...
  void command(uint8_t code, uint64_t now);    // ... one the command
  uint16_t read_data(uint64_t now);
  void write_data(uint16_t word, uint64_t now);
  void begin_reset();
  void end_reset(uint64_t now);
  void advance(uint64_t now);
  bool interrupting() const { return interrupt_; }

  // The bus master's: bytes ready to be moved; then moved; then why not to go on.
  const std::byte* dma_data(size_t& bytes, uint64_t now);
  void dma_moved(size_t bytes, uint64_t now);
  bool dma_bus_error() const { return state_ == State::Dma && fault_ == SimIdeFault::DmaBusError; }
  bool dma_error_at_end() const { return fault_ == SimIdeFault::DmaErrorAtEnd; }

 private:
  enum class State : uint8_t { Idle, Packet, Working, DataIn, Dma, Resetting, Stuck };
  void identify();
  void run_packet(uint64_t now);
  void perform();
  void start_read(uint32_t first, uint32_t blocks);
  void answer(std::vector<std::byte> bytes);
  void check_condition(uint8_t key, uint8_t code);
  void send();           // the answer, by the way the packet asked for
  void offer();          // the next piece of it by PIO
  void end(uint8_t status);
  void raise();
  void status_lags();
  void violation(const char* text) { violations.push_back(text); }

  std::vector<std::byte> image_;
  const SimDriveOptions options_;
  State state_ = State::Idle;
  SimIdeFault fault_ = SimIdeFault::None;
  uint8_t status_ = 0x50, error_ = 1, features_ = 0, reason_ = 1;
  uint16_t byte_count_ = 0xEB14;
  uint16_t limit_ = 0;
  bool interrupt_ = false, unit_attention_, sense_fails_ = false;
  unsigned busy_looks_ = 0;  // BSY for that many looks at the status
  // A drive has 400 ns, four looks, to change its status; until then it shows the old one.
  unsigned stale_looks_ = 0;
  uint8_t stale_status_ = 0;
  uint64_t due_ = 0;
  uint8_t packet_[12] = {};
  unsigned packet_bytes_ = 0;
  uint8_t sense_key_ = 0, sense_code_ = 0;
  std::vector<std::byte> data_;
  size_t sent_ = 0, piece_end_ = 0;
};

}  // namespace mobius::sim
