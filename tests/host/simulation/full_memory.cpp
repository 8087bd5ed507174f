// What is left to be had, and what must be (full_memory.h).
#include "simulation/full_memory.h"

#include <algorithm>

#include "mm/calls/vmm.h"
#include "mm/space/reverse_map.h"
#include "simulation/setting.h"

namespace mobius::simulation {

namespace {
// What a touch may need at once: the page, a page table, and for its slots a leaf and a directory.
constexpr uint32_t kNeeded = 4;
}  // namespace

// Frames that are free, resident pages that could be evicted now, and pages that are under way and
// could be soon: of the machine, or of the direct map alone.
FullMemory::Room FullMemory::room(bool direct_only) {
  using mm::PageMark;
  LockGuard guard(setting_.machine.manager.lock);
  Room room;
  for (uint32_t f = 0; f < setting_.machine.memory.frames(); ++f) {
    const bool counts = !direct_only || setting_.machine.memory.is_direct({f});
    if (counts && setting_.machine.memory.is_free({f})) ++room.free;
  }
  for (mm::VmObject& object : setting_.machine.manager.objects) {
    object.slots().for_each(0, object.pages(), [&](PageIndex, mm::PageSlot& slot) {
      if (slot.kind() == mm::SlotKind::Busy) ++room.busy;
      if (slot.kind() != mm::SlotKind::Resident) return;
      if (direct_only && !setting_.machine.memory.is_direct(slot.frame())) return;
      const mm::FrameRecord& record = setting_.machine.frames.record(slot.frame());
      if (record.marks.has(PageMark::Stuck) || mm::is_locked(object, record.index)) return;
      const bool clean = record.marks.has(PageMark::CleanCopy) && !slot.dirty();
      const bool writing = record.marks.has(PageMark::Writing);
      ++(object.frame_use() == mm::FrameUse::Image ? room.image
         : writing ? room.writing : clean ? room.clean : room.dirty);
    });
  }
  mm::SwapPager& pager = setting_.swap.pager;
  room.dirty = std::min(room.dirty, pager.device().on() ? pager.slots_left() : 0);
  return room;
}

void FullMemory::excuse(const char* what, uint64_t freed_before, PageCount given_back,
                        mm::FrameClass who) {
  ++setting_.counts.out_of_memory;
  const Room all = room(false), direct = room(true);
  const bool returning = who == mm::FrameClass::Returning;
  const mm::FrameAllocator& frames = setting_.machine.frames;
  const uint32_t kept = returning ? Setting::kReserve : frames.gate().must_stay_free();
  uint32_t needed = kNeeded + given_back + kept;
  const uint32_t direct_needed = kNeeded + given_back + frames.gate().must_stay_free_direct();
  // What images have or could have is nothing to growth, up to what is kept for them.
  if (who == mm::FrameClass::Growth) needed += Setting::kImageReserve;
  if (all.sum() < needed || direct.sum() < direct_needed) return;
  // Evicted pages would take the slots that are promised; but a page that returns leaves its own.
  if (!returning && !could_lose(kNeeded + given_back)) return;
  // Somebody has given memory back since. But no time passes between a touch's last look for a
  // frame and here: those that are free now were there for it.
  if (setting_.freed != freed_before && !(returning && all.free >= needed)) return;
  setting_.log.wrong(
      "%s finds no memory: %u frames free, %u busy, %u being written, %u clean, %u of images, "
      "%u dirty with a slot",
      what, all.free, all.busy, all.writing, all.clean, all.image, all.dirty);
}

bool FullMemory::could_promise(PageCount pages) {
  const mm::Cost cost = mm::Promises::cost_of(pages);
  const uint32_t more = mm::SlotTable::frames_for(pages) + kNeeded;
  LockGuard guard(setting_.machine.manager.lock);
  const mm::Promises& books = setting_.machine.manager.promises;
  return books.could_lose(cost.pages + more + Setting::kImageReserve) &&
         books.could_lose_direct(cost.direct + more);
}

// Whether the books would still balance with n frames or slots less.
bool FullMemory::could_lose(uint32_t pages) {
  LockGuard guard(setting_.machine.manager.lock);
  return setting_.machine.manager.promises.could_lose(pages);
}

// Slots that are lost after a promise was made may break it: then the books are overdrawn.
void FullMemory::excuse_broken_promise(VirtAddr page) {
  ++setting_.counts.broken_promises;
  const Room all = room(false);
  LockGuard guard(setting_.machine.manager.lock);
  const mm::Promises& books = setting_.machine.manager.promises;
  const bool kept = books.could_lose(0);
  if (!kept && setting_.swap.pager.slots().retired() != 0) return;
  setting_.log.wrong(
      "%#x was promised, and no memory is found for it: %u owed, %u frames free, %u busy, %u being "
      "written, %u clean, %u of images, %u dirty with a slot, %u slots lost",
      page.value, books.owed(), all.free, all.busy, all.writing, all.clean, all.image, all.dirty,
      setting_.swap.pager.slots().retired());
}

bool FullMemory::could_lock(mm::AddressSpace& space, PageCount pages) {
  LockGuard guard(setting_.machine.manager.lock);
  const uint32_t all = setting_.machine.manager.locked_pages;
  return space.regions.locked_pages() + pages <= setting_.usable / mm::kLockShareOfProcess &&
         all + pages <= setting_.usable / mm::kLockShareOfAll;
}

bool FullMemory::may_promise(mm::AddressSpace& space, PageCount pages) {
  LockGuard guard(setting_.machine.manager.lock);
  const uint32_t all = setting_.machine.frames.counts().total() + setting_.swap.pager.good_slots() -
                       setting_.machine.manager.promises.reserve();
  const uint32_t cost = mm::Promises::cost_of(pages).pages + mm::SlotTable::frames_for(pages);
  return space.promised_pages() + cost <= all / 4 * 3;
}

}  // namespace mobius::simulation
