// Swap off and on again (swap_switch.h).
#include "simulation/swap_switch.h"

#include "mm/paging/swap_off.h"

namespace mobius::simulation {

// As the system call does it. `by`: the program that asked; when it is killed, the device stays.
void SwapSwitch::off(const Program& by, sim::Random& random,
                     const std::function<void()>& meanwhile) {
  if (setting_.plan.faults == Faults::None) return;  // there nobody may be refused anything
  mm::SwapOff off(setting_.swap.pager);
  const auto began = off.begin();
  setting_.log.add({9, began ? 0 : 1 + static_cast<uint64_t>(began.error())});
  if (!began) return does_not_begin(began.error());
  taking_off_ = true;
  ++setting_.counts.swap_offs_begun;
  if (random.chance(3)) meanwhile();
  for (bool done = false; !done && !by.doomed();) {
    const uint64_t before = setting_.evidence();
    const auto step = off.step();
    if (!step) {
      fails(step.error(), before);
      break;
    }
    done = *step == mm::Progress::Done;
    if (done) check_off();
  }
  taking_off_ = false;
}

void SwapSwitch::does_not_begin(Error error) {
  setting_.log.tell("    refused at once: error %d", static_cast<int>(error));
  const bool right = error == Error::NotFound ? !setting_.swap.pager.device().on()
                     : error == Error::Busy   ? taking_off_
                                              : error == Error::OutOfFrames;
  if (!right) setting_.log.wrong("SwapOff does not begin: error %d", static_cast<int>(error));
}

// What could not be read or held stays where it was.
void SwapSwitch::fails(Error error, uint64_t evidence_before) {
  setting_.log.tell("    swap stays: error %d", static_cast<int>(error));
  setting_.log.add({10, static_cast<uint64_t>(error)});
  if (!setting_.swap.pager.device().on()) setting_.log.wrong("SwapOff has failed, and swap is off");
  if (error == Error::IoError && setting_.evidence() != evidence_before) return;
  if (error == Error::OutOfFrames) return;
  setting_.log.wrong("SwapOff fails with %d", static_cast<int>(error));
}

// No slot is in use any more, by whatever page.
void SwapSwitch::check_off() {
  using mm::PageMark;
  setting_.log.tell("    swap is off");
  ++setting_.counts.swap_offs;
  LockGuard guard(setting_.machine.manager.lock);
  const mm::SwapPager& pager = setting_.swap.pager;
  if (pager.device().on() || pager.swapped_pages() != 0 || pager.slots().total() != 0) {
    setting_.log.wrong("swap is not off");
  }
  for (mm::VmObject& object : setting_.machine.manager.objects) {
    object.slots().for_each(0, object.pages(), [&](PageIndex page, mm::PageSlot& slot) {
      const bool busy = slot.kind() == mm::SlotKind::Busy && slot.swap_slot() != mm::kNoSwapSlot;
      const bool resident = slot.kind() == mm::SlotKind::Resident;
      const mm::PageMarks marks =
          resident ? setting_.machine.frames.record(slot.frame()).marks : mm::PageMarks{};
      const bool has_slot = marks.any({PageMark::CleanCopy, PageMark::Writing});
      if (busy || slot.kind() == mm::SlotKind::Swapped || has_slot) {
        setting_.log.wrong("swap is off, and page %u of an object has a slot", page);
      }
    });
  }
}

void SwapSwitch::on() {
  const bool was_on = setting_.swap.pager.device().on();
  const auto on = setting_.swap.pager.swap_on_again();
  setting_.log.add({11, on ? 0 : 1 + static_cast<uint64_t>(on.error())});
  if (on) return setting_.log.tell("    swap is on");
  const bool right = on.error() == Error::Busy       ? was_on
                     : on.error() == Error::NotFound ? setting_.plan.faults == Faults::NoSwap
                                                     : on.error() == Error::OutOfFrames;
  if (!right) setting_.log.wrong("swap cannot be put on: error %d", static_cast<int>(on.error()));
}

}  // namespace mobius::simulation
