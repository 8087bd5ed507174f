// What arch/i386 asks of the process layer on each way through the kernel.
#pragma once

#include <cstdint>

namespace mobius::mm { class AddressSpace; }

namespace mobius::proc {

// What a system call gives back, in two registers. The dispatch itself is syscall/dispatch.h.
struct CallResult {
  uint32_t value;  // the call's C result
  uint32_t error;  // 0 or errno
};

// The address space of the running thread's process; null in a kernel thread.
mm::AddressSpace* current_space();

// Called on the way back to user mode, interrupts off, while user_return_work is not 0: switches
// threads where the time slice is over, ends the thread where its process is being killed.
// After: user_return_work is 0, or this is called again.
void before_user_return();

// Called by the timer interrupt, interrupts off. Only counts and wakes.
void timer_tick();

}  // namespace mobius::proc
