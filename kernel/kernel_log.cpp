// The log's places, and the machine's end: see kernel_log.h.
#include "kernel_log.h"

#include "arch/i386/io_ports.h"
#include "arch/i386/registers.h"

namespace mobius {
namespace {

// QEMU's isa-debug-exit, then Bochs' shutdown port; nothing listens there in a PC.
void leave_emulator() {
  arch::out8(0xF4, 0);
  for (char letter : std::string_view("Shutdown")) {
    arch::out8(0x8900, static_cast<uint8_t>(letter));
  }
}

}  // namespace

void KernelLog::write(std::string_view text) {
  line_.write(text);
  ring_.write(text);
  screen_.write(text);
}

void KernelLog::end_machine(std::string_view verdict, proc::After after) {
  write("mobius: ");
  write(verdict);
  write("\n");
  screen_.write("It is now safe to switch off the computer.\n");
  screen_.refresh();
  console_.drain();
  line_.drain();
  leave_emulator();
  if (after == proc::After::PowerOff && power_ != nullptr) power_->off();
  arch::halt_for_ever();
}

void KernelLog::stop_machine() {
  console_.drain();
  line_.drain();
  leave_emulator();
  arch::halt_for_ever();
}

}  // namespace mobius
