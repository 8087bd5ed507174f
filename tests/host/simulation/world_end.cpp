// The end of a simulated life: every byte is read back, every frame and slot is given back
// (world.h).
#include "simulation/world.h"

#include "mm/invariants.h"

namespace mobius::simulation {

// No new faults from here on; what has been lost stays lost.
void World::read_everything_back() {
  setting.log.tell("everything is read back");
  setting.swap.device.faults = {};
  setting.file.behaviour.fail_after = UINT32_MAX;
  setting.machine.cpu.before_access = nullptr;
  for (uint32_t missing = UINT32_MAX, before = 0; missing != before;) {
    before = missing;
    missing = 0;
    for (Seat& seat : seats_) {
      if (seat.program == nullptr) continue;
      missing += seat.program->read_back();
      ++setting.freed;
    }
    if (missing == 0) return;
  }
  setting.full.excuse("reading back", setting.freed);
  setting.log.wrong("pages cannot be read back: there is no memory");
}

void World::close() {
  for (Seat& seat : seats_) seat.program.reset();
  image_->release();
  while (setting.swap.paging.daemon.wanted()) setting.machine.scheduler.sleep(100);
  setting.swap.finish();
  if (setting.machine.scheduler.run() != 0) setting.log.wrong("a thread waits for ever");
  mm::check_machine(setting.machine.manager);
  const auto left = [&](mm::FrameUse use) { return setting.machine.frames.counts().used(use); };
  if (left(mm::FrameUse::Anonymous) != 0 || left(mm::FrameUse::Image) != 0) {
    setting.log.wrong("frames are left behind");
  }
  LockGuard guard(setting.machine.manager.lock);
  const auto& slots = setting.swap.pager.slots();
  if (setting.swap.pager.swapped_pages() != 0 || slots.free() + slots.retired() != slots.total()) {
    setting.log.wrong("swap slots are left behind");
  }
  if (setting.swap.device.damaged == 0 && setting.swap.pager.checksum_errors() != 0) {
    setting.log.wrong("%u checksum errors, but the device has kept everything",
              setting.swap.pager.checksum_errors());
  }
  const mm::Stats& stats = setting.machine.manager.stats;
  setting.counts.pages_in = stats.pages_in;
  setting.counts.pages_out = stats.pages_out;
  setting.counts.zero_pages = stats.zero_pages_out;
  setting.counts.pages_ahead = stats.pages_ahead;
  setting.counts.taken_back = stats.pages_taken_back;
  setting.counts.checksum_errors = setting.swap.pager.checksum_errors();
  setting.counts.retired = slots.retired();
  setting.counts.lives_beyond_memory = footprint_ >= 2 * setting.usable ? 1 : 0;
  setting.counts.smallest_footprint = footprint_ * 100 / setting.usable;
}

}  // namespace mobius::simulation
