// start_processes(): the upper half of the composition root: devices, console, volume, processes.
#pragma once

#include <string_view>

#include "drivers/serial.h"
#include "drivers/vga_text.h"
#include "kernel_log.h"
#include "mm/heap/kernel_heap.h"
#include "proc/ports/processor.h"

namespace mobius {

// What kernel_main has built so far; all of it lives for ever.
struct MachineParts {
  mm::FrameMemory& memory;
  mm::FrameAllocator& frames;
  mm::KernelHeap& heap;
  proc::Processor processor;
  drivers::Serial& user_line;  // COM1; both are initialized
  drivers::Serial& log_line;   // COM2
  drivers::RegisterPort& port;
  drivers::VgaText& screen;
  KernelLog& log;
  std::string_view command_line;
};

// Called once, on the boot stack, interrupts off; becomes the idle loop.
[[noreturn]] void start_processes(const MachineParts& parts);

// The timer's tick, interrupts off; from boot on.
void on_timer_tick();

}  // namespace mobius
