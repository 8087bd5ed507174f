// The swap device is taken away from under the programs, and put back (world.h).
#include "mm/paging/swap_off.h"
#include "simulation/world.h"

namespace mobius::simulation {

// As the system call does it. `by`: the program that asked; when it is killed, the device stays.
void World::swap_off(const Program& by, sim::Random& random) {
  if (plan.faults == Faults::None) return;  // there nobody may be refused anything
  mm::SwapOff off(swap.pager);
  const auto began = off.begin();
  log.add({9, began ? 0 : 1 + static_cast<uint64_t>(began.error())});
  if (!began) return swap_off_does_not_begin(began.error());
  taking_swap_off_ = true;
  ++counts.swap_offs_begun;
  if (random.chance(3)) kill(seats_[random.below(kSeats)]);
  for (bool done = false; !done && !by.doomed;) {
    const uint64_t before = evidence();
    const auto step = off.step();
    if (!step) {
      swap_off_fails(step.error(), before);
      break;
    }
    done = *step;
    if (done) check_swap_is_off();
  }
  taking_swap_off_ = false;
}

void World::swap_off_does_not_begin(Error error) {
  log.tell("    refused at once: error %d", static_cast<int>(error));
  const bool right = error == Error::NotFound ? !swap.pager.on()
                     : error == Error::Busy   ? taking_swap_off_
                                              : error == Error::OutOfFrames;
  if (!right) log.wrong("SwapOff does not begin: error %d", static_cast<int>(error));
}

// What could not be read or held stays where it was.
void World::swap_off_fails(Error error, uint64_t evidence_before) {
  log.tell("    swap stays: error %d", static_cast<int>(error));
  log.add({10, static_cast<uint64_t>(error)});
  if (!swap.pager.on()) log.wrong("SwapOff has failed, and swap is off");
  if (error == Error::IoError && evidence() != evidence_before) return;
  if (error != Error::OutOfFrames) log.wrong("SwapOff fails with %d", static_cast<int>(error));
}

// No slot is in use any more, by whatever page.
void World::check_swap_is_off() {
  using mm::PageMark;
  log.tell("    swap is off");
  ++counts.swap_offs;
  LockGuard guard(machine.manager.lock);
  if (swap.pager.on() || swap.pager.swapped_pages() != 0 || swap.pager.slots().total() != 0) {
    log.wrong("swap is not off");
  }
  for (mm::VmObject& object : machine.manager.objects) {
    object.slots().for_each(0, object.pages(), [&](PageIndex page, mm::PageSlot& slot) {
      const bool busy = slot.kind() == mm::SlotKind::Busy && slot.swap_slot() != mm::kNoSwapSlot;
      const bool resident = slot.kind() == mm::SlotKind::Resident;
      const mm::PageMarks marks =
          resident ? machine.frames.record(slot.frame()).marks : mm::PageMarks{};
      const bool has_slot = marks.any({PageMark::CleanCopy, PageMark::Writing});
      if (busy || slot.kind() == mm::SlotKind::Swapped || has_slot) {
        log.wrong("swap is off, and page %u of an object has a slot", page);
      }
    });
  }
}

void World::swap_on() {
  const bool was_on = swap.pager.on();
  const auto on = swap.pager.swap_on_again();
  log.add({11, on ? 0 : 1 + static_cast<uint64_t>(on.error())});
  if (on) return log.tell("    swap is on");
  const bool right = on.error() == Error::Busy       ? was_on
                     : on.error() == Error::NotFound ? plan.faults == Faults::NoSwap
                                                     : on.error() == Error::OutOfFrames;
  if (!right) log.wrong("swap cannot be put on: error %d", static_cast<int>(on.error()));
}

}  // namespace mobius::simulation
