// user_return_work: whether the way back to user mode leads by the process layer.
#pragma once

#include <cstdint>

namespace mobius::proc {

// Not 0: before_user_return() (processes/kernel_entry.h) has something to do. Set by what makes
// work for it (the timer at the end of a time slice, a kill, a switch to a thread that has work
// waiting); trap.asm looks.
extern "C" volatile uint32_t user_return_work;

}  // namespace mobius::proc
