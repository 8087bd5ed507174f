// The user registers at an exception, and their text for the report of the process layer.
#pragma once

#include <cstdint>

#include "base/text.h"
#include "proc/reports/fault_report.h"

namespace mobius::arch {

struct UserRegisters {
  uint32_t eax, ebx, ecx, edx, esi, edi, ebp, esp, eip, eflags;

  // Its `registers` are in `text`.
  proc::UserState state(TextWriter& text) const;
};
using RegisterText = TextBuffer<160>;

}  // namespace mobius::arch
