// SimPageDevice: a disk for swap space, slow and faulty on request.
//
// Transfers sleep a drawn number of ticks, so that several are under way at once and end in any
// order. A write takes the first half of each page when it begins and the second when it ends, as
// DMA may: a page that is modified meanwhile reaches the disk torn. A read leaves junk in the
// frames until it is done.
#pragma once

#include <set>

#include "mm/swap/page_device.h"
#include "sim/random.h"
#include "sim/sim_frame_memory.h"
#include "sim/sim_scheduler.h"
#include "sim/sim_stored_pages.h"

namespace mobius::sim {

class SimPageDevice final : public mm::PageDevice {
 public:
  SimPageDevice(SimFrameMemory& memory, SimScheduler& scheduler, uint64_t pages, uint64_t seed)
      : memory_(memory), scheduler_(scheduler), pages_(pages), random_(seed) {}

  // One page in so many goes wrong in each way; 0: none.
  struct Faults {
    uint32_t read_error = 0, write_error = 0;
    uint32_t torn_write = 0, lost_write = 0, misdirected_write = 0;  // told as successful
  };
  Faults faults;
  std::set<uint64_t> bad_reads, bad_writes;  // pages of the device that always fail
  uint64_t latency = 10;                     // at most; drawn for each transfer
  bool reads_past_end = false;               // the medium has shrunk: everything fails
  uint64_t end = UINT64_MAX;                 // ... to this many pages: what lies behind fails
  bool silent = false;  // no transfer is answered; after kTimeoutsAllowed in a row it is gone

  uint64_t reads = 0, writes = 0, pages_read = 0, pages_written = 0;
  uint64_t failed = 0, damaged = 0;  // pages: told as failed; told as good and not so
  uint64_t wrong_reads = 0;          // pages read that are not what was last written there
  uint64_t timed_out = 0;            // transfers

  static constexpr uint32_t kTimeoutsAllowed = 3;

  uint64_t page_count() const override { return pages_; }
  bool gone() const override { return unanswered_ >= kTimeoutsAllowed; }
  QueueLength queue_length() const override { return length_; }
  Result<void> transfer(mm::Transfer direction, uint64_t first,
                        std::span<const FrameNumber> frames) override;

 private:
  bool happens(uint32_t one_in) { return one_in != 0 && random_.chance(one_in); }
  bool fails(mm::Transfer direction, uint64_t page);
  void store(uint64_t page, SimStoredPages::Page bytes);
  void fetch(uint64_t page, FrameNumber frame);
  Result<void> time_out();
  Result<void> move(mm::Transfer direction, uint64_t first, std::span<const FrameNumber> frames);

  SimFrameMemory& memory_;
  SimScheduler& scheduler_;
  const uint64_t pages_;
  Random random_;
  SimStoredPages stored_;
  uint32_t unanswered_ = 0;   // the last so many transfers timed out
  QueueLength length_;
};

}  // namespace mobius::sim
