// What is known of resident pages (residency.h).
#include "mm/objects/residency.h"

namespace mobius::mm {

namespace {

constexpr uint32_t kAgeBudget = 16;

// The same for the same page whenever it comes and goes; every bit depends on all of object and
// index (the finalizer of MurmurHash3).
uint32_t identity_of(const FrameRecord& record) {
  const auto object = static_cast<uint32_t>(reinterpret_cast<uintptr_t>(record.owner));
  uint32_t mixed = (object >> 4) * 0x9E3779B1u + record.index;
  mixed = (mixed ^ (mixed >> 16)) * 0x85EBCA6Bu;
  mixed = (mixed ^ (mixed >> 13)) * 0xC2B2AE35u;
  return mixed ^ (mixed >> 16);
}

}  // namespace

// Pages that came before memory was short for the first time join in the order of their objects.
// The policy must know its capacity before the first of them joins.
void Residency::start_tracking() {
  manager_.lists_are_live = true;
  uint32_t pages = manager_.frames.counts().free();
  for (VmObject& object : manager_.objects) pages += object.resident_pages();
  policy_.set_capacity(pages);
  for (VmObject& object : manager_.objects) {
    for_each_resident(object, [&](FrameRecord& record, PageSlot& slot) REQUIRES(memory_lock) {
      was_read_ahead(record, slot.shadow());
    });
  }
}

void Residency::begin_picking() {
  if (!manager_.lists_are_live) start_tracking();
  // With those that are being read: policies evict for each dip of it.
  policy_.set_capacity(policy_.size() + manager_.frames.counts().free() + manager_.reads_in_flight);
  came_ = {};
}

FrameRecord* Residency::pick() { return static_cast<FrameRecord*>(policy_.pick_victim(*this)); }

void Residency::put_back(FrameRecord& record, ReplacementPolicy::Stays why) {
  if (why == ReplacementPolicy::Stays::WriteFailed) {
    record.marks.add(PageMark::Stuck);
    record.marks.remove({PageMark::Tracked});
  } else {
    policy_.stays(record, why);
  }
}

Shadow Residency::evicted(FrameRecord& record) {
  return policy_.evicted(record, identity_of(record));
}

uint32_t Residency::forgive_failures() {
  uint32_t forgiven = 0;
  for (VmObject& object : manager_.objects) {
    for_each_resident(object, [&](FrameRecord& record, PageSlot& slot) REQUIRES(memory_lock) {
      if (!record.marks.has(PageMark::Stuck)) return;
      record.marks.remove({PageMark::Stuck});
      was_read_ahead(record, slot.shadow());
      ++forgiven;
    });
  }
  return forgiven;
}

void Residency::note_came(FrameRecord& record) {
  record.marks.add(PageMark::Tracked);
  ++came_.frames;
  if (manager_.memory.is_direct(record.number)) ++came_.direct;
}

void Residency::faulted_in(FrameRecord& record, Shadow shadow) {
  if (!manager_.lists_are_live) return;
  note_came(record);
  newcomers_.add(record);
  policy_.faulted_in(record, shadow, identity_of(record));
}

void Residency::was_read_ahead(FrameRecord& record, Shadow shadow) {
  if (!manager_.lists_are_live) return;
  note_came(record);
  policy_.read_ahead(record, shadow, identity_of(record));
}

bool Residency::is_unused_newcomer(FrameRecord& record) {
  if (!newcomers_.contains(record)) return false;
  const Use use = use_.use_of(record);
  if (use == Use::Used) newcomers_.remove(record);
  return use == Use::Unused;
}

void Residency::age() {
  policy_.age(kAgeBudget, *this);
  flush();
}

void Residency::left(FrameRecord& record) {
  if (record.list != 0) policy_.removed(record);
}

void Residency::set_aside_locked(FrameRecord& record) {
  KASSERT(record.list == 0 && !record.marks.has(PageMark::Locked));
  newcomers_.remove(record);
  record.marks.remove({PageMark::Tracked});
  record.marks.add(PageMark::Locked);
}

void Residency::unlock(FrameRecord& record) {
  KASSERT(record.marks.has(PageMark::Locked));
  record.marks.remove({PageMark::Locked});
  was_read_ahead(record, object_of(record)->slots().find(record.index)->shadow());
}

bool Residency::test_and_clear(PolicyPage& page) {
  auto& record = static_cast<FrameRecord&>(page);
  ++manager_.stats.bit_tests;
  const bool accessed = use_.take_accessed(record);
  if (accessed) newcomers_.remove(record);
  return accessed;
}

}  // namespace mobius::mm
