// The boot thread's end: see idle_loop.h.
#include "proc/threads/idle_loop.h"

#include "mm/frames/frame_allocator.h"

namespace mobius::proc {

void IdleLoop::run() {
  KASSERT(scheduler_.idle());
  for (;;) {
    if (scheduler_.run_ready()) continue;
    if (zero_frames_ && frames_.zeroed().zero_one() == mm::Zeroing::Done) {
      cpu_.let_interrupts_in();
    } else {
      cpu_.wait_for_interrupt();
    }
  }
}

}  // namespace mobius::proc
