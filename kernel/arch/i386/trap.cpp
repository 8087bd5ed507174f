// What the entries of trap.asm call: exceptions and interrupts.
//
// An exception of user mode ends its process with a report (D2); one of the kernel is a defect of
// ours and a panic. Two at ring 0 are the user's doing: a single-step trap on the way in by
// SYSENTER, and on the way out a word in a segment register that is no selector.
#include <algorithm>
#include <string_view>

#include "arch/i386/interrupts.h"
#include "arch/i386/panic.h"
#include "arch/i386/trap.h"
#include "proc/processes/kernel_entry.h"

extern "C" {
extern const char sysenter_entry[], sysenter_flags_clean[];
// The addresses of pop_user's instructions (selectors.inc), collected by the linker script.
extern const uint32_t user_selector_loads[], user_selector_loads_end[];
}

namespace mobius::arch {

namespace {

constexpr unsigned kDebug = 1, kNonMaskable = 2, kGeneralProtection = 13;

// The verdict's and the report's names (docs list them), by vector.
constexpr std::string_view kExceptionNames[32] = {
    "divide error", "debug exception", "non-maskable interrupt", "breakpoint", "overflow",
    "bound range exceeded", "invalid opcode", "device not available", "double fault",
    "coprocessor segment overrun", "invalid task state", "segment not present", "stack fault",
    "general protection", "page fault", "reserved exception 15", "floating-point error",
    "alignment check", "machine check", "SIMD floating-point error", "virtualization exception",
    "control protection", "reserved exception 22", "reserved exception 23",
    "reserved exception 24", "reserved exception 25", "reserved exception 26",
    "reserved exception 27", "hypervisor injection", "VMM communication", "security exception",
    "reserved exception 31"};

// TF was set at a SYSENTER: the processor does not clear it (SDM Vol. 2B), so the trap comes once
// the instruction has switched to ring 0, at latest after the POPFD that clears TF.
bool is_step_into_sysenter(const TrapFrame& frame) {
  return !frame.from_user() && frame.vector == kDebug &&
         frame.eip >= reinterpret_cast<uint32_t>(sysenter_entry) &&
         frame.eip <= reinterpret_cast<uint32_t>(sysenter_flags_clean);
}

bool is_load_of_user_selector(const TrapFrame& frame) {
  return !frame.from_user() && frame.vector == kGeneralProtection &&
         std::find(user_selector_loads, user_selector_loads_end, frame.eip) !=
             user_selector_loads_end;
}

// By the SYSENTER convention the way back is in ESI and EBP.
UserRegisters registers_at_sysenter(const TrapFrame& frame) {
  return {frame.eax, frame.ebx, frame.ecx, frame.edx, frame.esi,
          frame.edi, frame.ebp, frame.ebp, frame.esi, frame.eflags};
}

// The end of the process that was at `registers`.
[[noreturn]] void end_process(std::string_view name, const UserRegisters& registers) {
  RegisterText text;
  proc::end_process_by_fault(name, {registers.eip}, registers.state(text), nullptr);
}

}  // namespace

void end_virtual_8086(const TrapFrame& frame) {
  end_process(kExceptionNames[kGeneralProtection], frame.user_registers());
}

extern "C" void trap_exception(TrapFrame& frame) {
  if (is_load_of_user_selector(frame)) {
    frame.top_of_stack() = 0;  // the instruction is repeated, and loads the null selector
    return;
  }
  std::string_view name = kExceptionNames[frame.vector];
  if (is_step_into_sysenter(frame)) end_process(name, registers_at_sysenter(frame));
  if (!frame.from_user() || frame.vector == kNonMaskable) panic(name, frame);
  end_process(name, frame.user_registers());
}

extern "C" void trap_interrupt(const TrapFrame& frame) {
  handle_interrupt(frame.vector - kFirstInterruptVector);
  // Nobody can run on there: the way back looks at CS, so it would never be preempted.
  if (frame.from_virtual_8086()) [[unlikely]] end_virtual_8086(frame);
}

extern "C" void before_user_return_c() { proc::before_user_return(); }

}  // namespace mobius::arch
