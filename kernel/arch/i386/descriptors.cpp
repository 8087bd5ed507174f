// The processor's tables (SDM Vol. 3A, chapters 3.4.5, 6.11 and 7.2).
#include "arch/i386/descriptors.h"

#include <iterator>

#include "arch/i386/memory_layout.h"

extern "C" {
// trap.asm: the entry of each of vectors 0..47, and of the system call gate.
extern const uint32_t trap_entries[48];
extern const char system_call_entry[], double_fault_entry[], double_fault_stack_top[];
}

namespace mobius::arch {

TaskState kernel_task{};
TaskState double_fault_task{};

namespace {

constexpr unsigned kSystemCallVector = 0x30;
constexpr unsigned kBreakpoint = 3, kOverflow = 4, kDoubleFault = 8;

// Access bytes: present, DPL, type. 0xC0 in the flags: 4 KiB units, 32 bits.
constexpr uint8_t kCode0 = 0x9A, kData0 = 0x92, kCode3 = 0xFA, kData3 = 0xF2, kTask = 0x89;
constexpr uint8_t kInterruptGate = 0x8E, kInterruptGate3 = 0xEE, kTaskGate = 0x85;

struct Descriptor {
  uint32_t low, high;
};

constexpr Descriptor segment(uint32_t base, uint32_t limit, uint8_t access, uint8_t flags) {
  return {(base << 16) | (limit & 0xFFFF),
          (base & 0xFF000000) | (static_cast<uint32_t>(flags) << 16) | (limit & 0xF0000) |
              (static_cast<uint32_t>(access) << 8) | ((base >> 16) & 0xFF)};
}
constexpr Descriptor flat(uint32_t base, uint8_t access) {
  return segment(base, 0xFFFFF, access, 0xC0);
}
Descriptor task(const TaskState& state) {
  return segment(reinterpret_cast<uint32_t>(&state), sizeof(TaskState) - 1, kTask, 0);
}
constexpr Descriptor gate(uint16_t selector, uint32_t entry, uint8_t access) {
  return {(static_cast<uint32_t>(selector) << 16) | (entry & 0xFFFF),
          (entry & 0xFFFF0000) | (static_cast<uint32_t>(access) << 8)};
}

Descriptor gdt[8];
// Nothing above the system call's vector: INT n with a greater n is a general protection fault.
Descriptor idt[kSystemCallVector + 1];

struct [[gnu::packed]] TablePointer {
  uint16_t limit;
  const void* base;
};

void fill_gdt() {
  gdt[kKernelCode >> 3] = flat(0, kCode0);
  gdt[kKernelData >> 3] = flat(0, kData0);
  gdt[kUserCode >> 3] = flat(0, kCode3);
  gdt[kUserData >> 3] = flat(0, kData3);
  gdt[kTaskSegment >> 3] = task(kernel_task);
  gdt[kThreadData >> 3] = flat(0, kData3);
  gdt[kDoubleFaultTask >> 3] = task(double_fault_task);
}

// All are interrupt gates: the kernel is entered with interrupts off, NT and TF clear. Only the
// system call, INT3 and INTO may be called by user mode; INT n to any other is refused.
void fill_idt() {
  for (unsigned i = 0; i < std::size(trap_entries); ++i)
    idt[i] = gate(kKernelCode, trap_entries[i], kInterruptGate);
  idt[kBreakpoint] = gate(kKernelCode, trap_entries[kBreakpoint], kInterruptGate3);
  idt[kOverflow] = gate(kKernelCode, trap_entries[kOverflow], kInterruptGate3);
  idt[kDoubleFault] = gate(kDoubleFaultTask, 0, kTaskGate);
  idt[kSystemCallVector] =
      gate(kKernelCode, reinterpret_cast<uint32_t>(system_call_entry), kInterruptGate3);
}

// A double fault is most often a kernel stack that has run into its guard page, so it gets a stack
// of its own, and a task switch, which alone can leave a broken stack (SDM Vol. 3A, 6.15, #DF).
void fill_tasks() {
  kernel_task.ss0 = kKernelData;
  kernel_task.io_map = sizeof(TaskState);  // beyond the limit: no port is open to user mode
  double_fault_task = kernel_task;
  double_fault_task.cr3 = physical(reinterpret_cast<uint32_t>(kernel_directory));
  double_fault_task.eip = reinterpret_cast<uint32_t>(double_fault_entry);
  double_fault_task.esp = reinterpret_cast<uint32_t>(double_fault_stack_top);
  double_fault_task.eflags = 2;
  double_fault_task.cs = kKernelCode;
  double_fault_task.ss = double_fault_task.ds = double_fault_task.es = kKernelData;
}

}  // namespace

// There is no LDT. After a reset LDTR holds a valid one of 64 KiB at address 0 (SDM Vol. 3A, table
// 9-1), where programs have their memory; with the null selector in it each of its selectors is
// refused.
void load_descriptors() {
  fill_gdt();
  fill_idt();
  fill_tasks();
  const TablePointer gdt_pointer{sizeof(gdt) - 1, gdt}, idt_pointer{sizeof(idt) - 1, idt};
  asm volatile(
      "lgdt %0\n\t"
      "ljmp %2, $1f\n"
      "1: mov %3, %%ds\n\t"
      "mov %3, %%es\n\t"
      "mov %3, %%ss\n\t"
      "mov %4, %%fs\n\t"
      "mov %4, %%gs\n\t"
      "ltr %w5\n\t"
      "lldt %w4\n\t"
      "lidt %1"
      :
      : "m"(gdt_pointer), "m"(idt_pointer), "i"(kKernelCode), "r"(kKernelData), "r"(0),
        "r"(kTaskSegment)
      : "memory");
}

void set_thread_data_base(uint32_t base) { gdt[kThreadData >> 3] = flat(base, kData3); }

}  // namespace mobius::arch
