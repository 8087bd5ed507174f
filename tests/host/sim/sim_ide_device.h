// SimIdeDevice: what every simulated device on an IDE channel has, from the device's side of
// ATA/ATAPI-6: the status, the interrupt, reset, and data on its way.
//
// It is strict: a driver that writes a register of a busy device, or moves data nobody asked for,
// is told so in `violations`. What goes wrong is planned: one fault per command that moves data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "sim/sim_ide_port.h"
#include "sim/sim_ide_status.h"

namespace mobius::sim {

enum class SimIdeFault : uint8_t {
  None,
  MediumError,     // an error bit; of a packet drive CHECK CONDITION, sense 3
  NotReadyYet,     // packet drives: CHECK CONDITION, sense 2/04: becoming ready
  NoMedium,        // packet drives: CHECK CONDITION, sense 2/3A
  UnitAttention,   // packet drives: CHECK CONDITION until somebody asks for the sense
  LostInterrupt,   // does its work, but the line stays low
  StuckBusy,       // BSY until reset
  StuckForGood,    // BSY, and no reset helps
  StuckData,       // DRQ that nothing satisfies
  ShortData,       // ends well, half the data missing (DMA and PIO)
  SurplusData,     // packet drives, PIO: offers twice what was asked for
  ZeroOffer,       // packet drives, PIO: DRQ with a byte count of 0
  DmaBusError,     // the engine meets an error half way
  DmaErrorAtEnd,   // the engine loses the last bytes; the device is content
  DmaSlow,         // takes half a second for the last bytes
  DmaNeverEnds,    // the last bytes move when the engine is asked for them much later
  EarlyInterrupt,  // an interrupt before there is anything to tell
  RefusesPacket,   // packet drives: CHECK CONDITION before it has seen the packet
  ErrorAndNoSense, // packet drives: CHECK CONDITION, and REQUEST SENSE fails too
  DeviceFault,     // disks: DF in the status, no error bit, and no data moves
  FaultAtEnd,      // disks, writes: DF once all data has moved, and nothing is written
  ErrorWithData,   // disks, reads by PIO: an error bit and junk to be taken all the same
  CrcError,        // disks: half the data, then an interface CRC error (DMA)
};

class SimIdeDevice : public SimIdePort {
 public:
  std::deque<SimIdeFault> faults;  // for the next commands that move data, first the first
  std::vector<std::string> violations;
  uint32_t resets = 0;
  uint32_t left_for_dead = 0;  // its neighbour was selected instead of it while it was dead

  // The channel's calls. `now` in ticks.
  uint8_t status(bool takes_interrupt);
  void begin_reset();
  virtual void end_reset(uint64_t now);
  bool interrupting() const { return interrupt_; }
  // Stuck for good: it hears neither the task file nor that its neighbour is selected.
  bool dead() const { return fault_ == SimIdeFault::StuckForGood && state_ == State::Stuck; }

  // The bus master's: bytes that may be moved now, either way; then why not to go on.
  std::byte* dma_data(size_t& bytes, uint64_t now);
  bool dma_bus_error() const { return state_ == State::Dma && fault_ == SimIdeFault::DmaBusError; }
  bool dma_error_at_end() const { return fault_ == SimIdeFault::DmaErrorAtEnd; }

 protected:
  enum class State : uint8_t { Idle, Packet, Working, DataIn, DataOut, Dma, Resetting, Stuck };

  void take_fault();
  // After take_fault(): those faults that show at once.
  void begin_fault();
  void accept_command();  // the status is not yet the new one, then BSY for a while
  void end(uint8_t status);
  void raise();
  void violation(const char* text) { violations.push_back(text); }

  State state_ = State::Idle;
  SimIdeFault fault_ = SimIdeFault::None;
  SimIdeStatus status_;
  uint8_t error_ = 1;
  bool interrupt_ = false;
  uint64_t due_ = 0;
  std::vector<std::byte> data_;
  size_t sent_ = 0;
};

}  // namespace mobius::sim
