// DiskQueue: many threads on one page device, each request with what its neighbours ask for.
//
// There is no thread of its own: a thread that finds the device free plays the command of the
// request that is first, then wakes its owner. The order: up the disk and from its beginning again
// (C-LOOK), reads before writes; what has been passed over for too long goes first. A request never
// passes an earlier one that it overlaps, where either writes: so a page reads as what was last
// written to it before. Waiting requests of one direction that lie side by side become one command.
#pragma once

#include "base/list.h"
#include "mm/swap/page_device.h"
#include "mm/words/waiting.h"

namespace mobius::drivers {

// Since boot.
struct DiskQueueCounters {
  uint64_t reads = 0, writes = 0;              // commands
  uint64_t pages_read = 0, pages_written = 0;  // by commands that worked
  uint64_t merged = 0;   // requests that went along with another one's command
  uint64_t failed = 0;   // requests
};

class DiskQueue final : public mm::PageDevice {
 public:
  // Commands that may overtake a request; then the request is next, or next but n where n others
  // have waited that long as well.
  static constexpr uint32_t kReadPatience = 64, kWritePatience = 16;

  // Calls `device` from one thread at a time.
  DiskQueue(mm::PageDevice& device, mm::Waiting& waiting) : device_(device), waiting_(waiting) {}
  DiskQueue(const DiskQueue&) = delete;

  uint64_t page_count() const override { return device_.page_count(); }
  bool gone() const override { return device_.gone(); }
  QueueLength queue_length() const override { return length_; }
  Result<void> transfer(mm::Transfer direction, uint64_t first,
                        std::span<const FrameNumber> frames) override;

  const DiskQueueCounters& counters() const { return counters_; }

 private:
  struct Queued;
  struct Request : Link<Queued> {
    mm::Transfer direction = mm::Transfer::Read;
    uint64_t first = 0;
    std::span<const FrameNumber> frames;
    uint32_t passed_over = 0;
    bool done = false;
    Result<void> result;

    uint64_t end() const { return first + frames.size(); }
    bool overdue() const;
    bool must_follow(const Request& earlier) const;
  };
  // The requests of one command, in the order of their places on the disk.
  struct Batch {
    Request* requests[kMaxPages];
    uint32_t size = 0;
    uint64_t first = 0, end = 0;
  };

  void play_next();
  Request& choose();
  Request* first_overdue();
  Request* next_upwards(mm::Transfer direction);
  // The first request in the queue that `request` must not pass; null where it may go.
  Request* obstacle(const Request& request);
  void gather(Batch& batch, Request& chosen);
  Request* neighbour(const Batch& batch, mm::Transfer direction);
  void take(Batch& batch, Request& request);
  void play(const Batch& batch);
  Result<void> command(mm::Transfer direction, uint64_t first,
                       std::span<const FrameNumber> frames);
  void finish(Request& request, Result<void> result);

  mm::PageDevice& device_;
  mm::Waiting& waiting_;
  // No lock for these, or for a request's end: only a command and the wait run other threads.
  List<Request, Queued> queue_;  // in the order of arrival
  QueueLength length_;
  bool playing_ = false;
  uint64_t head_ = 0;  // the page after the last command's
  DiskQueueCounters counters_;
};

}  // namespace mobius::drivers
