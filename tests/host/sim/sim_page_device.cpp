// A slow and faulty disk of pages (sim_page_device.h).
#include "sim/sim_page_device.h"

#include <algorithm>
#include <cstring>

#include "base/lock.h"

namespace mobius::sim {

namespace {
constexpr int kJunk = 0xDB;
constexpr uint32_t kHalf = kPageSize / 2;
constexpr uint64_t kTimeout = 1000;
}  // namespace

bool SimPageDevice::fails(mm::Transfer direction, uint64_t page) {
  const bool read = direction == mm::Transfer::Read;
  const std::set<uint64_t>& bad_pages = read ? bad_reads : bad_writes;
  const bool bad = reads_past_end || page >= end || bad_pages.contains(page) ||
                   happens(read ? faults.read_error : faults.write_error);
  if (bad) ++failed;
  return bad;
}

void SimPageDevice::store(uint64_t page, SimStoredPages::Page bytes) {
  if (happens(faults.lost_write)) {
    ++damaged;
    return stored_.lose(page);
  }
  if (happens(faults.torn_write)) {
    ++damaged;
    return stored_.tear(page, bytes);
  }
  if (happens(faults.misdirected_write)) {
    ++damaged;
    const uint64_t other = random_.below(static_cast<uint32_t>(pages_));
    return stored_.misplace(page, other, std::move(bytes));
  }
  stored_.write(page, std::move(bytes));
}

void SimPageDevice::fetch(uint64_t page, FrameNumber frame) {
  if (stored_.is_wrong(page)) ++wrong_reads;
  const SimStoredPages::Page* const found = stored_.find(page);
  if (found == nullptr) {
    std::memset(memory_.hardware(frame), kJunk, kPageSize);
  } else {
    std::memcpy(memory_.hardware(frame), found->data(), kPageSize);
  }
}

Result<void> SimPageDevice::time_out() {
  ++timed_out;
  if (!gone()) {
    scheduler_.sleep(kTimeout);
    ++unanswered_;
  }
  return Failure(Error::TimedOut);
}

Result<void> SimPageDevice::transfer(mm::Transfer direction, uint64_t first,
                                     std::span<const FrameNumber> frames) {
  Lock::assert_no_lock_held();
  KASSERT(!frames.empty() && frames.size() <= kMaxPages);
  if (first >= pages_ || frames.size() > pages_ - first) return Failure(Error::BadArgument);
  const bool read = direction == mm::Transfer::Read;
  ++(read ? reads : writes);
  length_.longest = std::max(length_.longest, ++length_.now);
  const Result<void> result = silent || gone() ? time_out() : move(direction, first, frames);
  --length_.now;
  return result;
}

Result<void> SimPageDevice::move(mm::Transfer direction, uint64_t first,
                                 std::span<const FrameNumber> frames) {
  const bool read = direction == mm::Transfer::Read;
  bool bad = false;
  for (size_t i = 0; i < frames.size(); ++i) bad |= fails(direction, first + i);
  std::vector<SimStoredPages::Page> pages;
  for (FrameNumber frame : frames) {
    KASSERT(!memory_.is_free(frame));
    if (read) std::memset(memory_.hardware(frame), kJunk, kPageSize);
    pages.emplace_back(kPageSize);
    std::memcpy(pages.back().data(), memory_.hardware(frame), kHalf);
  }
  if (latency != 0) scheduler_.sleep(1 + random_.below(static_cast<uint32_t>(latency)));
  for (size_t i = 0; i < frames.size(); ++i) {
    KASSERT(!memory_.is_free(frames[i]));  // freed under DMA
    if (bad) continue;
    if (read) {
      fetch(first + i, frames[i]);
    } else {
      std::memcpy(pages[i].data() + kHalf, memory_.hardware(frames[i]) + kHalf, kHalf);
      store(first + i, std::move(pages[i]));
    }
    ++(read ? pages_read : pages_written);
  }
  unanswered_ = 0;
  if (bad) return Failure(Error::IoError);
  return {};
}

}  // namespace mobius::sim
