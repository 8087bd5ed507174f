// One batch of pages on its way out (eviction.h).
#include "mm/paging/eviction.h"

#include <algorithm>
#include <utility>

#include "mm/space/reverse_map.h"

namespace mobius::mm {

using Stays = ReplacementPolicy::Stays;

// Victims that must be written, and where to. Between begin_write and finish_write their frames are
// nobody's but the writer's to free.
struct Eviction::Batch {
  explicit Batch(EvictionAim wanted) : aim(wanted) {}

  std::span<PageWrite> all() { return {pages.data(), count}; }
  void add(FrameRecord& record) REQUIRES(memory_lock) {
    pages[count++] = {&record, &object_of(record)->pager()};
  }
  bool is_full() const { return result.evicted + count >= kBatch; }

  const EvictionAim aim;
  std::array<PageWrite, kBatch> pages;
  uint32_t count = 0;
  EvictionResult result{};
};

namespace {

// Virtual order: neighbours lie next to each other in the store, too.
bool goes_before(const PageWrite& a, const PageWrite& b) {
  return a.record->owner != b.record->owner ? a.record->owner < b.record->owner
                                            : a.record->index < b.record->index;
}

// How many of the first pages have the same pager.
size_t same_pager(std::span<const PageWrite> pages) {
  size_t n = 1;
  while (n < pages.size() && pages[n].pager == pages[0].pager) ++n;
  return n;
}

// How many of these can be written by one transfer.
size_t run_length(std::span<const PageWrite> pages) {
  size_t n = 1;
  while (n < pages.size() && pages[n].to == pages[0].to + static_cast<uint32_t>(n)) ++n;
  return n;
}

}  // namespace

PageSlot& Eviction::slot_of(FrameRecord& record) {
  return *object_of(record)->slots().find(record.index);
}

EvictionResult Eviction::evict_batch(EvictionAim aim) {
  Batch batch(aim);
  {
    LockGuard guard(manager_.lock);
    residency_.begin_picking();
    pick_batch(batch);
    assign_places(batch);
  }
  return write_batch(batch);
}

void Eviction::pick_batch(Batch& batch) {
  EvictionResult& result = batch.result;
  while (result.picked < kBatch) {
    FrameRecord* const record = residency_.pick();
    if (record == nullptr) break;
    ++result.picked;
    switch (choose(*record, batch)) {
      case Chosen::Evicted: ++result.evicted; break;
      case Chosen::ToWrite: batch.add(*record); break;
      case Chosen::Locked: residency_.set_aside_locked(*record); break;
      case Chosen::Stays: residency_.put_back(*record, Stays::Reactivated); break;
    }
  }
  residency_.flush();
}

EvictionResult Eviction::evict_without_slots(EvictionAim aim) {
  Batch batch(aim);
  {
    LockGuard guard(manager_.lock);
    residency_.begin_picking();
    // Of what is free or could be, nothing would be left over for those who wait.
    if (aim.gain == Gain::Ledger && !manager_.promises.could_lose(1)) return batch.result;
    pick_without_slots(batch);
    assign_places(batch);
  }
  return write_batch(batch);
}

// The policy may offer the same pages again and again, so all of them are taken out of its hands
// until enough could go.
void Eviction::pick_without_slots(Batch& batch) {
  FrameRecord* staying = nullptr;
  while (!batch.is_full()) {
    FrameRecord* const record = residency_.pick();
    if (record == nullptr) break;
    ++batch.result.picked;
    const Chosen chosen = choose(*record, batch);
    if (chosen == Chosen::Evicted) {
      ++batch.result.evicted;
    } else if (chosen == Chosen::Locked) {
      residency_.set_aside_locked(*record);
    } else if (chosen == Chosen::ToWrite && object_of(*record)->pager().adds_to_ledger(*record)) {
      batch.add(*record);
    } else {
      record->PolicyPage::next = staying;
      staying = record;
    }
  }
  while (staying != nullptr) {
    auto* const next = static_cast<FrameRecord*>(staying->PolicyPage::next);
    residency_.put_back(*std::exchange(staying, next), Stays::Reactivated);
  }
  residency_.flush();
}

// Whether that would be gained if the page went.
bool Eviction::gains(EvictionAim aim, FrameRecord& record) {
  // A request for growth would not be served by a frame that is kept for what uses it now.
  if (aim.images == Images::Keep && manager_.frames.gate().keeps(record.use)) return false;
  switch (aim.gain) {
    case Gain::Frames: return true;
    case Gain::Direct: return manager_.memory.is_direct(record.number);
    case Gain::Ledger: return object_of(record)->pager().adds_to_ledger(record);
  }
  __builtin_unreachable();
}

Eviction::Chosen Eviction::choose(FrameRecord& record, Batch& batch) {
  if (is_locked(*object_of(record), record.index)) return Chosen::Locked;
  if (!gains(batch.aim, record)) return Chosen::Stays;
  if (residency_.is_unused_newcomer(record)) {
    ++batch.result.newcomers;
    return Chosen::Stays;
  }
  PageSlot& slot = slot_of(record);
  fold_dirty(record, slot);
  if (object_of(record)->pager().fate_of(record, slot) == Fate::Written) return Chosen::ToWrite;
  evict(record, slot);
  return Chosen::Evicted;
}

// The bits stay set in its translations until the write begins.
void Eviction::fold_dirty(FrameRecord& record, PageSlot& slot) {
  VmObject& object = *object_of(record);
  for_each_mapping(object, record.index,
                   [&](AddressSpace&, VirtAddr, const Mapping& mapping) REQUIRES(memory_lock) {
    if (mapping.dirty) object.note_dirty(slot);
  });
}

void Eviction::assign_places(Batch& batch) {
  const auto victims = batch.all();  // mostly they come in that order
  if (!std::ranges::is_sorted(victims, goes_before)) std::ranges::sort(victims, goes_before);
  std::span<PageWrite> rest = batch.all();
  batch.count = 0;
  while (!rest.empty()) {
    std::span<PageWrite> group = rest.first(same_pager(rest));
    rest = rest.subspan(group.size());
    const uint32_t placed = group[0].pager->assign(group);
    for (const PageWrite& page : group.first(placed)) {
      begin_write(batch.pages[batch.count++] = page);
    }
    for (; group.size() > placed; group = group.first(group.size() - 1)) {
      residency_.put_back(*group.back().record, Stays::Reactivated);
    }
  }
  manager_.writes_in_flight += batch.count;
}

// From here on each write to the page sets the dirty bit of an entry or of the slot.
void Eviction::begin_write(PageWrite& page) {
  FrameRecord& record = *page.record;
  VmObject& object = *object_of(record);
  if (object.source() == &object) {
    page.held = &object;
    object.add_reference();
  }
  for_each_view(object, record.index,
                [&](AddressSpace& space, VirtAddr page) REQUIRES(memory_lock) {
    (void)space.map().take_dirty(page);
  });
  object.note_clean(slot_of(record));
  record.marks.add(PageMark::Writing);
}

// Where a store does not answer, the rest that goes there is left for later: a place is as bad as
// the next one, and asking for each page would take minutes.
EvictionResult Eviction::write_batch(Batch& batch) {
  for (std::span<PageWrite> rest = batch.all(); !rest.empty();) {
    std::span<PageWrite> group = rest.first(same_pager(rest));
    rest = rest.subspan(group.size());
    while (!group.empty()) {
      const size_t run = run_length(group);
      if (!write_run(group.first(run))) break;
      group = group.subspan(run);
    }
  }
  LockGuard guard(manager_.lock);
  for (const PageWrite& page : batch.all()) {
    finish_write(page, batch.result);
    if (page.held != nullptr) page.held->drop_reference();
  }
  residency_.flush();
  if (batch.count != 0) {
    manager_.writes_in_flight -= batch.count;
    manager_.waiting.wake(&manager_.writes_in_flight);
  }
  return batch.result;
}

// One bad place must not cost the others. Fails: TimedOut (the store does not answer).
Result<void> Eviction::write_run(std::span<PageWrite> run) {
  const Result<void> together = write(run);
  for (PageWrite& page : run) {
    const bool tried = together || run.size() == 1 || together.error() == Error::TimedOut;
    const Result<void> result = tried ? together : write({&page, 1});
    if (!result && result.error() == Error::TimedOut) return result;
    page.end = result ? PageWrite::End::Written : PageWrite::End::BadPlace;
  }
  return {};
}

Result<void> Eviction::write(std::span<const PageWrite> run) {
  std::array<FrameNumber, kBatch> frames;
  std::ranges::transform(run, frames.begin(),
                         [](const PageWrite& page) { return page.record->number; });
  const Result<void> written =
      run[0].pager->transfer(Transfer::Write, run[0].to, {frames.data(), run.size()});
  LockGuard guard(manager_.lock);
  ++manager_.stats.ios_out;
  return written;
}

void Eviction::finish_write(const PageWrite& page, EvictionResult& result) {
  using End = PageWrite::End;
  FrameRecord& record = *page.record;
  const bool orphan = record.marks.has(PageMark::Orphan);
  if (page.end == End::Written) ++manager_.stats.pages_out;
  record.marks.remove({PageMark::Writing});
  page.pager->wrote(record, page.to,
                    orphan && page.end == End::Written ? End::NotWritten : page.end);
  if (orphan) {
    record.marks = {};
    manager_.frames.free(record.number, record.use);
    return;
  }
  PageSlot& slot = slot_of(record);
  if (page.end != End::Written) {
    object_of(record)->note_dirty(slot);
    if (page.end == End::NotWritten) return residency_.put_back(record, Stays::Reactivated);
    ++result.stuck;
    return residency_.put_back(record, Stays::WriteFailed);
  }
  fold_dirty(record, slot);
  const bool void_now = slot.dirty() || page.pager->fate_of(record, slot) == Fate::Written;
  if (is_locked(*object_of(record), record.index)) return residency_.set_aside_locked(record);
  if (void_now || residency_.was_used(record)) {
    return residency_.put_back(record, Stays::Reactivated);
  }
  evict(record, slot);
  ++result.evicted;
}

// The frame goes. A page with a copy in a swap slot is there from now on, and for a while in the
// frame; of any other its pager says what it is. Requires: to go is its fate.
void Eviction::evict(FrameRecord& record, PageSlot& slot) {
  VmObject& object = *object_of(record);
  for_each_mapping(object, record.index,
                   [](AddressSpace& space, VirtAddr page, const Mapping&) REQUIRES(memory_lock) {
    (void)space.map().unmap(page);
  });
  const Shadow remembered = residency_.evicted(record);
  if (record.marks.has(PageMark::CleanCopy)) {
    object.move(record.index, slot, PageSlot::swapped(record.swap_slot, remembered));
    return manager_.frames.free_to_standby(record);
  }
  object.move(record.index, slot, object.pager().away(record, remembered));
  record.marks = {};
  manager_.frames.free(record.number, object.frame_use());
}

}  // namespace mobius::mm
