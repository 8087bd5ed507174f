// What arch/i386 tells the process layer about the running thread, and what it asks of it.
#pragma once

#include <string_view>

#include "base/units.h"
#include "mm/fault.h"

namespace mobius::mm { class AddressSpace; }

namespace mobius::proc {

// The user registers at an exception, for the report.
struct UserRegisters {
  uint32_t eax, ebx, ecx, edx, esi, edi, ebp, esp, eip, eflags;
};

// What a system call gives back: EAX and ECX. The dispatch itself is syscall/dispatch.h.
struct CallResult {
  uint32_t value;  // the call's C result
  uint32_t error;  // 0 or errno
};

// The address space of the running thread's process; null in a kernel thread.
mm::AddressSpace* current_space();

// Ends the running thread's process: prints the fault report on the log and never returns.
// `reason` is the verdict's REASON; `address` is CR2 for page faults, EIP otherwise.
[[noreturn]] void end_process_by_fault(std::string_view reason, VirtAddr address,
                                       const UserRegisters& registers, const mm::PageFault* fault);
[[noreturn]] void end_process_out_of_memory(VirtAddr address, const UserRegisters& registers);

// Not 0: before_user_return() has something to do. Set by what makes work for it (the timer at the
// end of a time slice, a kill, a switch to a thread that has work waiting); trap.asm looks.
extern "C" volatile uint32_t user_return_work;

// Called on the way back to user mode, interrupts off, while user_return_work is not 0: switches
// threads where the time slice is over, ends the thread where its process is being killed.
// After: user_return_work is 0, or this is called again.
void before_user_return();

// Called by the timer interrupt, interrupts off. Only counts and wakes.
void timer_tick();

}  // namespace mobius::proc
