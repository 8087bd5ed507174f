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

// Called on a way back to user mode while user_return_work is not 0, interrupts off: switches
// threads where it is another's turn, ends the thread where its process is ending. Clears the word.
void before_user_return();

// Kept by the scheduler for the running thread; trap.asm looks at it on every way to user mode.
extern "C" uint32_t user_return_work;

// Called by the timer interrupt, interrupts off. Only counts and wakes.
void timer_tick();

}  // namespace mobius::proc
