// TrapFrame: what trap.asm leaves on the kernel stack. Lowest address first; from `eip` on it is
// the processor's doing (SDM Vol. 3A, 6.12.1).
#pragma once

#include <cstdint>

#include "arch/i386/user_registers.h"

namespace mobius::arch {

struct TrapFrame {
  uint32_t es, ds;
  uint32_t edi, esi, ebp, unused_esp, ebx, edx, ecx, eax;  // PUSHA
  uint32_t vector;
  uint32_t error;  // 0 for vectors without an error code
  uint32_t eip, cs, eflags;
  uint32_t user_esp, user_ss;  // only if from_user()

  // Programs cannot get into virtual 8086 mode (an IRET at ring 3 leaves VM alone: SDM Vol. 2A),
  // but QEMU lets them. There CS is no selector.
  static constexpr uint32_t kVirtual8086 = 1u << 17;
  bool from_virtual_8086() const { return (eflags & kVirtual8086) != 0; }
  bool from_user() const { return (cs & 3) != 0 || from_virtual_8086(); }
  // Requires: not from_user(). The processor has not changed stacks then: what the kernel had on
  // top of its own lies where otherwise the user's ESP would be.
  uint32_t& top_of_stack() { return user_esp; }
  UserRegisters user_registers() const {
    return {eax, ebx, ecx, edx, esi, edi, ebp, user_esp, eip, eflags};
  }
};

}  // namespace mobius::arch
