// Ready queues and wait table: see queues.h.
#include "proc/queues.h"

namespace mobius::proc {

void ReadyQueues::push_back(QueuedThread& thread) {
  queues_[thread.priority].push_back(thread);
  levels_ |= 1u << thread.priority;
}

void ReadyQueues::push_front(QueuedThread& thread) {
  queues_[thread.priority].push_front(thread);
  levels_ |= 1u << thread.priority;
}

QueuedThread& ReadyQueues::pop(unsigned level) {
  QueuedThread* thread = queues_[level].pop_front();
  KASSERT(thread != nullptr);
  if (queues_[level].empty()) levels_ &= ~(1u << level);
  return *thread;
}

void ReadyQueues::remove(QueuedThread& thread) {
  queues_[thread.priority].remove(thread);
  if (queues_[thread.priority].empty()) levels_ &= ~(1u << thread.priority);
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
