// The two 8259A interrupt controllers: IRQ 0..15 on vectors 32..47, and who handles each.
#pragma once

#include <cstdint>

namespace mobius::arch {

inline constexpr unsigned kFirstInterruptVector = 32;
inline constexpr unsigned kInterruptLines = 16;

// Called with interrupts off, on whatever stack was in use; must not wait.
using InterruptHandler = void (*)(void* context);

// Moves the vectors out of the exceptions' way and masks every line.
void initialize_interrupts();

// Sets the handler of a line and unmasks it. One handler a line.
void set_interrupt_handler(unsigned line, InterruptHandler handler, void* context);

// Called by trap.cpp: runs the line's handler and tells the controllers. Interrupts that no device
// raised (8259A data sheet, "spurious") are dropped.
void handle_interrupt(unsigned line);

}  // namespace mobius::arch
