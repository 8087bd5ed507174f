// AtaDisk: a hard disk on an IDE channel: whole pages from and to any sector.
//
// Data moves by bus-master DMA straight from and to the frames, one command and one interrupt for
// up to 64 pages (32 where the disk knows 28-bit addresses only), else through the data register. A
// transfer that goes wrong is repeated, after a failure of the transport without DMA; a disk whose
// DMA fails twice gets none any more, and one that leaves several transfers in a row without an
// answer is given up. What is written may lie in the disk's cache when transfer() returns: swap
// space does not outlive the machine's power, so nothing here sends FLUSH CACHE.
#pragma once

#include "drivers/ata_command.h"
#include "drivers/ata_identity.h"
#include "drivers/ide_channel.h"
#include "mm/swap/page_device.h"

namespace mobius::drivers {

struct AtaCounters {
  uint32_t commands = 0;      // sent, repeated ones too
  uint32_t dma_commands = 0;  // of those, ended well by DMA
  uint32_t dma_failures = 0;  // ended otherwise than well, and DMA may be why
  uint32_t repeats = 0;       // sent again, for whatever reason
  uint32_t errors = 0;        // transfers that failed for good, up to when it was given up
};

class AtaDisk {
 public:
  static constexpr uint32_t kSectorsPerPage = AtaCommand::kSectorsPerPage;
  static constexpr unsigned kTimeoutsAllowed = 3;  // transfers in a row; then it is given up

  // Called once, when the disk is given up, by a thread that has the channel's turn.
  using TellGivenUp = void (*)(unsigned channel, unsigned drive);
  struct Place {
    unsigned channel;
    unsigned drive;  // 0 or 1 on its channel
  };

  // `tell` may be null.
  AtaDisk(IdeChannel& channel, mm::FrameMemory& memory, Place place, const AtaIdentity& identity,
          TellGivenUp tell);
  AtaDisk(const AtaDisk&) = delete;

  uint64_t sector_count() const { return identity_.sectors; }
  std::string_view model() const { return identity_.model(); }
  bool uses_dma() const { return dma_; }
  bool given_up() const { return unanswered_ >= kTimeoutsAllowed; }
  const AtaCounters& counters() const { return counters_; }

  // Moves 1..PageDevice::kMaxPages whole frames, in their order, between them and the disk from
  // `first_sector` on. Any frame will do; none is touched any more after the return, also where a
  // transfer timed out: the engine is stopped first. Sleeps; callers take turns. Locks: none held.
  // Fails: IoError (after the retries; any part may have been moved), TimedOut (as IoError, but no
  // answer came; at once, with no register touched, where the disk has been given up), BadArgument
  // (no frames, too many, or past the end; nothing has been moved).
  Result<void> transfer(mm::Transfer direction, uint64_t first_sector,
                        std::span<const FrameNumber> frames);

 private:
  using Way = AtaCommand::Way;
  enum class End : uint8_t {
    Done,
    Refused,  // the disk says that it cannot
    Failed,   // not all the data; the disk takes the next command
    Stuck,    // the disk wants something that makes no sense: reset
    Silent,   // no answer in time: reset
  };

  // One command to its end, with all its repetitions. Requires: the turn. Fails: IoError, TimedOut.
  Result<void> execute(const AtaCommand& command);
  // A transfer has failed for good, its last attempt with `end`: what that means.
  Error note_failure(End end);
  // One attempt.
  End attempt(const AtaCommand& command, Way way);
  End finish_dma();
  End finish_pio(const AtaCommand& command);
  // Moves one sector, after waiting for the disk to want it. Done: go on.
  End move_sector(mm::Transfer direction, FrameSpan span, IdeChannel::Until until);
  End judge_refusal();
  void note_dma_failure();

  IdeChannel& channel_;
  mm::FrameMemory& memory_;
  const Place place_;
  const AtaIdentity identity_;
  const TellGivenUp tell_;
  bool dma_;
  unsigned unanswered_ = 0;  // the last n transfers timed out
  AtaCounters counters_;
};

}  // namespace mobius::drivers
