// Ready queues and wait table: see queues.h.
#include "proc/threads/queues.h"

namespace mobius::proc {

namespace {

// Ticks wrap round.
bool waits_longer(const QueuedThread& a, const QueuedThread& b) {
  return static_cast<int32_t>(a.ready_since - b.ready_since) < 0;
}

}  // namespace

void ReadyQueues::push_back(QueuedThread& thread) {
  queues_[thread.level].push_back(thread);
  levels_ |= 1u << thread.level;
}

void ReadyQueues::insert(QueuedThread& thread) {
  for (QueuedThread& other : queues_[thread.level]) {
    if (waits_longer(other, thread)) continue;
    return queues_[thread.level].insert_before(other, thread);
  }
  push_back(thread);
}

QueuedThread& ReadyQueues::pop(unsigned level) {
  QueuedThread* thread = queues_[level].pop_front();
  KASSERT(thread != nullptr);
  if (queues_[level].empty()) levels_ &= ~(1u << level);
  return *thread;
}

void ReadyQueues::remove(QueuedThread& thread) {
  queues_[thread.level].remove(thread);
  if (queues_[thread.level].empty()) levels_ &= ~(1u << thread.level);
}

QueuedThread* ReadyQueues::oldest() {
  QueuedThread* oldest = nullptr;
  for (unsigned level = 0; level < kOverdueLevel; ++level) {
    QueuedThread* head = queues_[level].front();
    if (head != nullptr && (oldest == nullptr || waits_longer(*head, *oldest))) oldest = head;
  }
  return oldest;
}

WaitTable::Bucket& WaitTable::bucket(WaitKey key) {
  // Owners and words are aligned, so their low bits say nothing.
  uintptr_t mixed = (key.word >> 2) ^ (reinterpret_cast<uintptr_t>(key.owner) >> 5);
  mixed ^= mixed >> 8;
  return buckets_[(mixed ^ (mixed >> 16)) % kBuckets];
}

void WaitTable::add(QueuedThread& thread, WaitKey key) {
  thread.key = key;
  bucket(key).push_back(thread);
}

void WaitTable::remove(QueuedThread& thread) {
  bucket(thread.key).remove(thread);
  thread.key = {};
}

QueuedThread* WaitTable::find(WaitKey key) {
  for (QueuedThread& thread : bucket(key)) {
    if (thread.key == key) return &thread;
  }
  return nullptr;
}

}  // namespace mobius::proc
