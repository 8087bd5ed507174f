// What the composition root puts under the traps: the kernel above arch/i386 that this folder may
// not name. main.cpp fills it in: `log` and `stop` first of all, the rest before the first program.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/units.h"
#include "proc/processes/kernel_entry.h"

namespace mobius::arch {

using SyscallResult = proc::CallResult;  // EAX and ECX of the program

// `args`: where the caller says its `arg_bytes` bytes of stacked arguments are; unchecked.
using SystemCallHandler = SyscallResult (*)(uint32_t number, VirtAddr args, uint32_t arg_bytes);

struct Hooks {
  SystemCallHandler system_call;       // first: trap.asm calls it by the table's address
  void (*log)(std::string_view text);  // to the kernel log, as it is
  void (*stop)();                      // the end of the machine; never returns
};

extern "C" Hooks arch_hooks;

}  // namespace mobius::arch
