// AtapiDrive: a CD or DVD drive on an IDE channel, as a BlockDevice.
//
// Data comes by bus-master DMA straight into the frame wherever that is possible, else through the
// data register. A transfer that goes wrong is repeated without DMA; a drive whose DMA fails twice
// gets none any more. The drive's own complaints are answered by judge_sense().
#pragma once

#include <string_view>

#include "drivers/atapi_packets.h"
#include "drivers/ide_channel.h"
#include "mm/words/block_device.h"

namespace mobius::drivers {

struct AtapiCounters {
  uint32_t reads = 0;
  uint32_t dma_reads = 0;     // of those, answered by DMA
  uint32_t dma_failures = 0;  // DMA attempts that ended otherwise than well
  uint32_t repeats = 0;       // commands sent again, for whatever reason
  uint32_t errors = 0;        // reads that failed for good
};

class AtapiDrive final : public mm::BlockDevice {
 public:
  // `identity`: the drive's answer to IDENTIFY PACKET DEVICE. `drive`: 0 or 1 on its channel.
  AtapiDrive(IdeChannel& channel, mm::FrameMemory& memory, unsigned drive,
             std::span<const uint16_t, 256> identity);
  AtapiDrive(const AtapiDrive&) = delete;

  // Asks the drive how big its medium is. Before this has worked, block_count() is 0. Sleeps.
  // Locks: none held. Fails: IoError (no medium, or not one with blocks of 2048 bytes).
  Result<void> read_capacity();

  uint32_t block_bytes() const override { return kCdBlockBytes; }
  uint64_t block_count() const override { return block_count_; }
  Result<void> read(uint64_t first, uint32_t blocks, FrameSpan into) override;

  // As the drive calls itself, without trailing spaces.
  std::string_view model() const { return {model_, model_length_}; }
  bool uses_dma() const { return dma_; }
  const AtapiCounters& counters() const { return counters_; }

 private:
  // Where a command's data goes: a frame, or a few bytes of the caller's.
  struct Sink {
    FrameSpan frame;
    uint8_t* bytes = nullptr;  // instead of the frame where not null
    uint32_t size_bytes = 0;
    uint32_t filled_bytes = 0;
  };
  enum class End : uint8_t {
    Done,
    Refused,  // CHECK CONDITION: ask for the sense
    Failed,   // not all the data, or not by DMA; the drive takes the next command
    Stuck,    // the drive does not get anywhere: reset
  };
  enum class Way : uint8_t { Pio, Dma };

  // One command to its end, with all its repetitions. Requires: the turn. Fails: IoError.
  Result<void> execute(const AtapiPacket& packet, Sink& sink);
  SenseAdvice ask_sense();

  // One attempt.
  End attempt(const AtapiPacket& packet, Sink& sink, Way way);
  End finish_dma();
  End finish_pio(Sink& sink);
  bool take_piece(Sink& sink);
  void store(Sink& sink, const uint8_t* from, uint32_t bytes);
  void note_dma_failure();

  IdeChannel& channel_;
  mm::FrameMemory& memory_;
  const unsigned drive_;
  bool dma_;
  bool dma_direction_bit_;
  uint64_t block_count_ = 0;
  char model_[40];
  uint32_t model_length_ = 0;
  AtapiCounters counters_;
};

}  // namespace mobius::drivers
