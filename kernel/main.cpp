// The composition root: the only file that names every concrete type.
//
// Boot, in order: log, descriptors, what the processor has, what the boot loader says, the kernel's
// half of the address space, frames, heap, processor and timer, then the process layer.
#include <algorithm>

#include "arch/i386/cpu.h"
#include "arch/i386/cpu_features.h"
#include "arch/i386/descriptors.h"
#include "arch/i386/hooks.h"
#include "arch/i386/interrupts.h"
#include "arch/i386/kernel_directory.h"
#include "arch/i386/memory_layout.h"
#include "arch/i386/panic.h"
#include "arch/i386/panic_text.h"
#include "arch/i386/physical_memory.h"
#include "arch/i386/registers.h"
#include "arch/i386/tlb.h"
#include "drivers/serial.h"
#include "mm/memory_map.h"
#include "mm/multiboot_info.h"

namespace mobius {

namespace {

drivers::Serial com2(drivers::kCom2);

// The line after the verdict: QEMU's isa-debug-exit, then Bochs' shutdown port, then for ever.
void stop_machine() {
  com2.drain();
  arch::out8(0xF4, 0);
  for (char letter : std::string_view("Shutdown")) arch::out8(0x8900, static_cast<uint8_t>(letter));
  arch::halt_for_ever();
}

}  // namespace

extern "C" [[noreturn]] void kernel_main(uint32_t magic, uint32_t info) {
  com2.initialize();
  com2.write("hello\n");
  stop_machine();
}

}  // namespace mobius
