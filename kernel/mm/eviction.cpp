// One batch of pages on its way out (eviction.h).
#include "mm/eviction.h"

#include <algorithm>
#include <utility>

#include "mm/reverse_map.h"

namespace mobius::mm {

using Kept = ReplacementPolicy::Kept;

// Victims that must be written, and where to. Between begin_write and finish_write their frames are
// nobody's but the writer's to free.
struct Eviction::Batch {
  explicit Batch(EvictionAim wanted) : aim(wanted) {}

  enum class End : uint8_t { NotWritten, Written, BadSlot };
  struct Entry {
    FrameRecord* record;
    SwapSlot to;
    End end;
  };
  const EvictionAim aim;
  std::array<Entry, kBatch> entries;
  uint32_t count = 0;
  EvictionResult result{};
};

PageSlot& Eviction::slot_of(FrameRecord& record) {
  return *object_of(record)->slots().find(record.index);
}

EvictionResult Eviction::evict_batch(EvictionAim aim) {
  Batch batch(aim);
  {
    LockGuard guard(manager_.lock);
    residency_.begin_picking();
    pick_batch(batch);
    assign_slots(batch);
  }
  write_runs(batch);
  LockGuard guard(manager_.lock);
  for (uint32_t i = 0; i < batch.count; ++i) {
    finish_write(batch, i);
  }
  residency_.flush();
  return batch.result;
}

void Eviction::pick_batch(Batch& batch) {
  EvictionResult& result = batch.result;
  while (result.picked < kBatch) {
    FrameRecord* const record = residency_.pick();
    if (record == nullptr) break;
    ++result.picked;
    switch (dispose_of(*record, batch.aim, result)) {
      case Fate::Evicted: ++result.evicted; break;
      case Fate::ToWrite: batch.entries[batch.count++] = {record, kNoSwapSlot, {}}; break;
      case Fate::Stays: residency_.put_back(*record, Kept::Used); break;
    }
  }
  residency_.flush();
}

// The policy may offer the same pages again and again, so all of them are taken out of its hands
// until enough could go.
EvictionResult Eviction::evict_clean(EvictionAim aim) {
  EvictionResult result;
  LockGuard guard(manager_.lock);
  residency_.begin_picking();
  // Of what is free or could be, nothing would be left over for those who wait.
  if (aim.gain == Gain::Books && !manager_.promises.could_lose(1)) return result;
  FrameRecord* staying = nullptr;
  while (result.evicted < kBatch) {
    FrameRecord* const record = residency_.pick();
    if (record == nullptr) break;
    ++result.picked;
    if (dispose_of(*record, aim, result) == Fate::Evicted) {
      ++result.evicted;
      continue;
    }
    record->PolicyPage::next = staying;
    staying = record;
  }
  while (staying != nullptr) {
    auto* const next = static_cast<FrameRecord*>(staying->PolicyPage::next);
    residency_.put_back(*std::exchange(staying, next), Kept::Used);
  }
  residency_.flush();
  return result;
}

// Whether that would be gained if the page went. Of the books: it needs no slot, which promises may
// count on, and is not promised itself.
bool Eviction::gains(Gain gain, FrameRecord& record) {
  VmObject& object = *object_of(record);
  switch (gain) {
    case Gain::Frames: return true;
    case Gain::Direct: return manager_.memory.is_direct(record.number);
    case Gain::Books:
      return object.frame_use() == FrameUse::Image ||
             (!object.promised() && manager_.memory.is_zero(record.number));
  }
  __builtin_unreachable();
}

// A request for growth, which leaves frames to images, would not be served by the frame.
bool Eviction::is_kept_image(FrameRecord& record, Images images) {
  return object_of(record)->frame_use() == FrameUse::Image && images == Images::Keep &&
         !manager_.frames.images_have_more_than_kept();
}

Eviction::Fate Eviction::dispose_of(FrameRecord& record, EvictionAim aim,
                                    EvictionResult& result) {
  if (!gains(aim.gain, record) || is_kept_image(record, aim.images)) return Fate::Stays;
  if (residency_.is_unused_newcomer(record)) {
    ++result.newcomers;
    return Fate::Stays;
  }
  PageSlot& slot = slot_of(record);
  if (!needs_writing(record, slot)) {
    evict(record, slot);
    return Fate::Evicted;
  }
  if (manager_.memory.is_zero(record.number)) {
    swap_.drop_copy(record);
    evict(record, slot);
    ++manager_.stats.zero_pages_out;
    return Fate::Evicted;
  }
  return Fate::ToWrite;
}

// Folds the dirty bits of all its translations; they stay set until the write begins.
bool Eviction::needs_writing(FrameRecord& record, PageSlot& slot) {
  VmObject& object = *object_of(record);
  for_each_mapping(object, record.index,
                   [&](AddressSpace&, VirtAddr, const Mapping& mapping) REQUIRES(memory_lock) {
    if (mapping.dirty) object.note_dirty(slot);
  });
  if (object.frame_use() == FrameUse::Image) {
    KASSERT(!slot.dirty());
    return false;
  }
  // A copy on a device that is gone is none.
  return slot.dirty() || !record.marks.has(PageMark::CleanCopy) || !swap_.writable();
}

// In virtual order, so that neighbours lie next to each other on the device too.
void Eviction::assign_slots(Batch& batch) {
  auto* const first = batch.entries.data();
  std::sort(first, first + batch.count, [](const Batch::Entry& a, const Batch::Entry& b) {
    return a.record->owner != b.record->owner ? a.record->owner < b.record->owner
                                              : a.record->index < b.record->index;
  });
  uint32_t done = 0;
  while (done < batch.count) {
    // Slots given back would not help while SwapOff is at work: asking again uses up its patience.
    const bool closing = swap_.slots().closing();
    SwapSpace::Run run = swap_.slots().take_run(batch.count - done);
    if (run.count == 0 && (closing || drop_copies(batch.count - done) == 0)) break;
    for (uint32_t i = 0; i < run.count; ++i, ++done) {
      first[done].to = run.first + i;
      begin_write(*first[done].record, run.first + i);
    }
  }
  while (batch.count > done) residency_.put_back(*first[--batch.count].record, Kept::Used);
}

// From here on each write to the page sets the dirty bit of an entry or of the slot.
void Eviction::begin_write(FrameRecord& record, SwapSlot to) {
  swap_.drop_copy(record);
  for_each_view(*object_of(record), record.index,
                [&](AddressSpace& space, VirtAddr page) REQUIRES(memory_lock) {
    (void)space.map().take_dirty(page);
  });
  object_of(record)->note_clean(slot_of(record));
  record.swap_slot = to;
  record.marks.add(PageMark::Writing);
  swap_.slots().set_sum(to, swap_.sum_of(record.number, to));
}

// Where the device does not answer, the rest is left for later: a slot is as bad as the next one,
// and asking for each page would take minutes.
void Eviction::write_runs(Batch& batch) {
  FrameNumber frames[kBatch];
  for (uint32_t begin = 0; begin < batch.count;) {
    const SwapSlot first = batch.entries[begin].to;
    uint32_t pages = 0;
    while (begin + pages < batch.count && batch.entries[begin + pages].to == first + pages) {
      frames[pages] = batch.entries[begin + pages].record->number;
      ++pages;
    }
    const Result<void> together = swap_.write(first, {frames, pages});
    for (uint32_t i = 0; i < pages; ++i) {
      // One bad slot must not cost the others.
      const bool tried = together || pages == 1 || together.error() == Error::TimedOut;
      const Result<void> result = tried ? together : swap_.write(first + i, {&frames[i], 1});
      if (!result && result.error() == Error::TimedOut) return;
      batch.entries[begin + i].end = result ? Batch::End::Written : Batch::End::BadSlot;
    }
    begin += pages;
  }
}

void Eviction::finish_write(Batch& batch, uint32_t entry) {
  using End = Batch::End;
  FrameRecord& record = *batch.entries[entry].record;
  const End end = batch.entries[entry].end;
  const SwapSlot to = record.swap_slot;
  const bool orphan = record.marks.has(PageMark::Orphan);
  if (end == End::Written) ++manager_.stats.pages_out;
  record.marks.remove({PageMark::Writing});
  if (end == End::BadSlot) {
    swap_.retire(to);
  } else if (orphan || end == End::NotWritten) {
    swap_.slots().give(to);
  }
  if (orphan) {
    record.marks = {};
    manager_.frames.free(record.number, record.use);
    return;
  }
  PageSlot& slot = slot_of(record);
  if (end != End::Written) {
    object_of(record)->note_dirty(slot);
    if (end == End::NotWritten) return residency_.put_back(record, Kept::Used);
    ++batch.result.stuck;
    return residency_.put_back(record, Kept::IoFailed);
  }
  record.marks.add(PageMark::CleanCopy);
  const bool locked = record.marks.has(PageMark::Locked);
  if (needs_writing(record, slot) || locked || residency_.was_used(record)) {
    return residency_.put_back(record, Kept::Used);
  }
  evict(record, slot);
  ++batch.result.evicted;
}

// The frame goes; what the page is from now on follows from where it can be had again: swap space
// and, for a while, the frame. Requires: the slot is not dirty, or the page is full of zeros.
void Eviction::evict(FrameRecord& record, PageSlot& slot) {
  VmObject& object = *object_of(record);
  for_each_mapping(object, record.index,
                   [](AddressSpace& space, VirtAddr page, const Mapping&) REQUIRES(memory_lock) {
    (void)space.map().unmap(page);
  });
  const Shadow shadow = residency_.evicted(record);
  if (object.frame_use() == FrameUse::Image) {
    object.move(record.index, slot, PageSlot::empty(shadow));
  } else if (record.marks.has(PageMark::CleanCopy)) {
    object.move(record.index, slot, PageSlot::swapped(record.swap_slot, shadow));
    return manager_.frames.free_to_standby(record);
  } else {
    object.move(record.index, slot, PageSlot::discarded(shadow));
  }
  record.marks = {};
  manager_.frames.free(record.number, object.frame_use());
}

// Swap space is full: resident pages give up copies they have there, no more than `most`, for those
// pages will have to be written again. Returns how many.
uint32_t Eviction::drop_copies(uint32_t most) {
  uint32_t dropped = 0;
  for (VmObject& object : manager_.objects) {
    if (dropped == most) break;
    for_each_resident(object, [&](FrameRecord& record, PageSlot&) REQUIRES(memory_lock) {
      if (dropped == most || !record.marks.has(PageMark::CleanCopy)) return;
      swap_.drop_copy(record);
      ++dropped;
    });
  }
  return dropped;
}

}  // namespace mobius::mm
