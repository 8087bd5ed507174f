// Which request is next, with which others, and what becomes of it.
#include "drivers/disk_queue.h"

#include <algorithm>

#include "base/lock.h"

namespace mobius::drivers {

bool DiskQueue::Request::overdue() const {
  return passed_over >= (direction == mm::Transfer::Read ? kReadPatience : kWritePatience);
}

bool DiskQueue::Request::must_follow(const Request& earlier) const {
  const bool writes = direction == mm::Transfer::Write || earlier.direction == mm::Transfer::Write;
  return writes && first < earlier.end() && earlier.first < end();
}

Result<void> DiskQueue::transfer(mm::Transfer direction, uint64_t first,
                                 std::span<const FrameNumber> frames) {
  KASSERT(!frames.empty() && frames.size() <= kMaxPages);
  Lock::assert_no_lock_held();
  if (first >= page_count() || frames.size() > page_count() - first) {
    return Failure(Error::BadArgument);
  }
  Request request;
  request.direction = direction;
  request.first = first;
  request.frames = frames;
  queue_.push_back(request);
  length_.longest = std::max(length_.longest, ++length_.now);
  while (!request.done) {
    if (playing_) {
      waiting_.wait_unguarded(&request);
    } else {
      play_next();
    }
  }
  // The thread that is woken plays on, for itself or another.
  if (!playing_ && !queue_.empty()) waiting_.wake(queue_.front());
  return request.result;
}

void DiskQueue::play_next() {
  playing_ = true;
  Batch batch;
  gather(batch, choose());
  for (Request& left : queue_) ++left.passed_over;
  head_ = batch.end;
  play(batch);
  playing_ = false;
}

DiskQueue::Request& DiskQueue::choose() {
  if (Request* late = first_overdue()) {
    while (Request* before = obstacle(*late)) late = before;
    return *late;
  }
  Request* next = next_upwards(mm::Transfer::Read);
  if (next == nullptr) next = next_upwards(mm::Transfer::Write);
  KASSERT(next != nullptr);  // nothing stands before the first in the queue
  return *next;
}

DiskQueue::Request* DiskQueue::first_overdue() {
  for (Request& request : queue_) {
    if (request.overdue()) return &request;
  }
  return nullptr;
}

DiskQueue::Request* DiskQueue::next_upwards(mm::Transfer direction) {
  Request* above = nullptr;
  Request* lowest = nullptr;
  for (Request& request : queue_) {
    if (request.direction != direction || obstacle(request) != nullptr) continue;
    if (lowest == nullptr || request.first < lowest->first) lowest = &request;
    if (request.first < head_) continue;
    if (above == nullptr || request.first < above->first) above = &request;
  }
  return above != nullptr ? above : lowest;
}

DiskQueue::Request* DiskQueue::obstacle(const Request& request) {
  for (Request& earlier : queue_) {
    if (&earlier == &request) return nullptr;
    if (request.must_follow(earlier)) return &earlier;
  }
  return nullptr;
}

void DiskQueue::gather(Batch& batch, Request& chosen) {
  const mm::Transfer direction = chosen.direction;
  batch.first = batch.end = chosen.first;
  take(batch, chosen);
  while (Request* next = neighbour(batch, direction)) {
    take(batch, *next);
    ++counters_.merged;
  }
}

DiskQueue::Request* DiskQueue::neighbour(const Batch& batch, mm::Transfer direction) {
  for (Request& request : queue_) {
    if (request.direction == direction &&
        (request.first == batch.end || request.end() == batch.first) &&
        batch.end - batch.first + request.frames.size() <= kMaxPages &&
        obstacle(request) == nullptr) {
      return &request;
    }
  }
  return nullptr;
}

void DiskQueue::take(Batch& batch, Request& request) {
  queue_.remove(request);
  const uint32_t at = request.first == batch.end ? batch.size : 0;
  std::copy_backward(batch.requests + at, batch.requests + batch.size,
                     batch.requests + batch.size + 1);
  batch.requests[at] = &request;
  ++batch.size;
  batch.first = std::min(batch.first, request.first);
  batch.end = std::max(batch.end, request.end());
}

void DiskQueue::play(const Batch& batch) {
  const std::span requests(batch.requests, batch.size);
  const mm::Transfer direction = requests.front()->direction;
  if (requests.size() > 1) {
    FrameNumber frames[kMaxPages];
    FrameNumber* at = frames;
    for (const Request* request : requests) at = std::ranges::copy(request->frames, at).out;
    const Result<void> result = command(direction, batch.first, {frames, at});
    if (result || result.error() == Error::TimedOut) {
      for (Request* request : requests) finish(*request, result);
      return;
    }
    // Each for itself: one bad page is one request's misfortune.
  }
  for (Request* request : requests) {
    finish(*request, command(direction, request->first, request->frames));
  }
}

Result<void> DiskQueue::command(mm::Transfer direction, uint64_t first,
                                std::span<const FrameNumber> frames) {
  const bool reads = direction == mm::Transfer::Read;
  ++(reads ? counters_.reads : counters_.writes);
  auto result = device_.transfer(direction, first, frames);
  if (result) (reads ? counters_.pages_read : counters_.pages_written) += frames.size();
  return result;
}

void DiskQueue::finish(Request& request, Result<void> result) {
  if (!result) ++counters_.failed;
  request.result = result;
  request.done = true;
  --length_.now;
  waiting_.wake(&request);
}

}  // namespace mobius::drivers
