// GDT, IDT and the two task state segments.
//
// Segments are flat (R01): base 0, limit 4 GiB. The one exception is fs in user mode, whose base
// is the running thread's TLS block. Selectors are in the order that SYSENTER and SYSEXIT demand
// (SDM Vol. 2B): kernel code, kernel data, user code, user data.
#pragma once

#include <cstdint>

#include "base/units.h"

namespace mobius::arch {

inline constexpr uint16_t kKernelCode = 0x08, kKernelData = 0x10;
inline constexpr uint16_t kUserCode = 0x18 | 3, kUserData = 0x20 | 3;
inline constexpr uint16_t kTaskSegment = 0x28, kThreadData = 0x30 | 3, kDoubleFaultTask = 0x38;

// SDM Vol. 3A, 7.2.1. The processor reads esp0/ss0 at every entry from user mode; the rest is used
// by the double fault's task switch only: it saves the registers of the faulting kernel here.
struct TaskState {
  uint32_t link, esp0, ss0, esp1, ss1, esp2, ss2, cr3, eip, eflags;
  uint32_t eax, ecx, edx, ebx, esp, ebp, esi, edi, es, cs, ss, ds, fs, gs, ldt;
  uint16_t trap, io_map;
};
static_assert(sizeof(TaskState) == 104);

// Loads GDT, IDT, TSS and segment registers. From here on exceptions are caught.
void load_descriptors();

extern TaskState kernel_task;        // its esp0 is the running thread's kernel stack
extern TaskState double_fault_task;

// The base of kThreadData. Takes effect where the selector is loaded next.
void set_thread_data_base(uint32_t base);

}  // namespace mobius::arch
