// The end of a simulated life: every byte is read back, every frame and slot is given back; and
// when memory may be said to be full (world.h).
#include "simulation/world.h"

#include <algorithm>

#include "mm/invariants.h"

namespace mobius::simulation {

namespace {
// What a touch may need at once: the page, a page table, and for its slots a leaf and a directory.
constexpr uint32_t kNeeded = 4;
}  // namespace

// Frames that are free, resident pages that could be evicted now, and pages that are under way and
// could be soon: of the machine, or of the direct map alone.
World::Room World::room(bool direct_only) {
  using mm::PageMark;
  LockGuard guard(machine.manager.lock);
  Room room;
  for (uint32_t f = 0; f < machine.memory.frames(); ++f) {
    const bool counts = !direct_only || machine.memory.is_direct({f});
    if (counts && machine.memory.is_free({f})) ++room.free;
  }
  for (mm::VmObject& object : machine.manager.objects) {
    object.slots().for_each(0, object.pages(), [&](PageIndex, mm::PageSlot& slot) {
      if (slot.kind() == mm::SlotKind::Busy) ++room.busy;
      if (slot.kind() != mm::SlotKind::Resident) return;
      if (direct_only && !machine.memory.is_direct(slot.frame())) return;
      const mm::FrameRecord& record = machine.frames.record(slot.frame());
      if (record.marks.any({PageMark::Stuck, PageMark::Locked})) return;
      const bool clean = record.marks.has(PageMark::CleanCopy) && !slot.dirty();
      const bool writing = record.marks.has(PageMark::Writing);
      ++(object.frame_use() == mm::FrameUse::Image ? room.image
         : writing ? room.writing : clean ? room.clean : room.dirty);
    });
  }
  room.dirty = std::min(room.dirty, swap.pager.on() ? swap.pager.slots_left() : 0);
  return room;
}

void World::excuse_out_of_memory(const char* what, uint64_t freed_before, PageCount given_back,
                                 mm::FrameClass who) {
  ++counts.out_of_memory;
  const Room all = room(false), direct = room(true);
  const bool returning = who == mm::FrameClass::Returning;
  uint32_t needed = kNeeded + given_back + (returning ? kReserve : machine.frames.must_stay_free());
  const uint32_t direct_needed = kNeeded + given_back + machine.frames.must_stay_free_direct();
  // What images have or could have is nothing to growth, up to what is kept for them.
  if (who == mm::FrameClass::Growth) needed += kImageReserve;
  if (all.sum() < needed || direct.sum() < direct_needed) return;
  // Evicted pages would take the slots that are promised; but a page that returns leaves its own.
  if (!returning && !could_lose(kNeeded + given_back)) return;
  // Somebody has given memory back since. But no time passes between a touch's last look for a
  // frame and here: those that are free now were there for it.
  if (freed != freed_before && !(returning && all.free >= needed)) return;
  log.wrong("%s finds no memory: %u frames free, %u busy, %u being written, %u clean, %u of "
            "images, "
            "%u dirty with a slot",
            what, all.free, all.busy, all.writing, all.clean, all.image, all.dirty);
}

bool World::could_promise(PageCount pages) {
  const mm::Cost cost = mm::Promises::cost_of(pages);
  const uint32_t more = mm::SlotTable::frames_for(pages) + kNeeded;
  LockGuard guard(machine.manager.lock);
  const mm::Promises& books = machine.manager.promises;
  return books.could_lose(cost.pages + more + kImageReserve) &&
         books.could_lose_direct(cost.direct + more);
}

// Whether the books would still balance with so many frames or slots less.
bool World::could_lose(uint32_t pages) {
  LockGuard guard(machine.manager.lock);
  return machine.manager.promises.could_lose(pages);
}

// Slots that are lost after a promise was made may break it: then the books are overdrawn.
void World::excuse_broken_promise(VirtAddr page) {
  ++counts.broken_promises;
  const Room all = room(false);
  LockGuard guard(machine.manager.lock);
  const bool kept = machine.manager.promises.could_lose(0);
  if (!kept && swap.pager.slots().retired() != 0) return;
  log.wrong("%#x was promised, and no memory is found for it: %u owed, %u frames free, %u busy, "
            "%u being written, %u clean, %u of images, %u dirty with a slot, %u slots lost",
            page.value, machine.manager.promises.owed(), all.free, all.busy, all.writing,
            all.clean, all.image, all.dirty, swap.pager.slots().retired());
}

// No new faults from here on; what has been lost stays lost.
void World::read_everything_back() {
  log.tell("everything is read back");
  swap.device.faults = {};
  file.behaviour.fail_after = UINT32_MAX;
  machine.cpu.before_access = nullptr;
  for (uint32_t missing = UINT32_MAX, before = 0; missing != before;) {
    before = missing;
    missing = 0;
    for (Seat& seat : seats_) {
      if (seat.program == nullptr) continue;
      missing += seat.program->read_back();
      ++freed;
    }
    if (missing == 0) return;
  }
  excuse_out_of_memory("reading back", freed);
  log.wrong("pages cannot be read back for want of memory");
}

void World::close() {
  for (Seat& seat : seats_) seat.program.reset();
  image_->release();
  while (swap.pageout.daemon.wanted()) machine.scheduler.sleep(100);
  swap.finish();
  if (machine.scheduler.run() != 0) log.wrong("a thread waits for ever");
  mm::check_machine(machine.manager);
  const auto left = [&](mm::FrameUse use) { return machine.frames.used_frames(use); };
  if (left(mm::FrameUse::Anonymous) != 0 || left(mm::FrameUse::Image) != 0) {
    log.wrong("frames are left behind");
  }
  LockGuard guard(machine.manager.lock);
  const auto& slots = swap.pager.slots();
  if (swap.pager.swapped_pages() != 0 || slots.free() + slots.retired() != slots.total()) {
    log.wrong("swap slots are left behind");
  }
  if (swap.device.damaged == 0 && swap.pager.checksum_errors() != 0) {
    log.wrong("%u checksum errors, but the device has kept everything",
              swap.pager.checksum_errors());
  }
  const mm::Stats& stats = machine.manager.stats;
  counts.pages_in = stats.pages_in;
  counts.pages_out = stats.pages_out;
  counts.zero_pages = stats.zero_pages_out;
  counts.pages_ahead = stats.pages_ahead;
  counts.taken_back = stats.pages_taken_back;
  counts.checksum_errors = swap.pager.checksum_errors();
  counts.retired = slots.retired();
  counts.lives_beyond_memory = footprint_ >= 2 * usable_ ? 1 : 0;
  counts.smallest_footprint = footprint_ * 100 / usable_;
}

}  // namespace mobius::simulation
