// KernelLog: what the kernel has to say, in three places: on COM2 for the runner, on the screen for
// the person at the machine, and in memory for programs (SysLog). And the end of the machine,
// which is the last thing said.
#pragma once

#include "drivers/log_ring.h"
#include "drivers/power_switch.h"
#include "drivers/serial.h"
#include "drivers/vga_text.h"
#include "proc/ports/machine.h"

namespace mobius {

class KernelLog {
 public:
  // `console`: the user's line, whose last bytes leave before the machine ends.
  KernelLog(drivers::Serial& line, drivers::Serial& console, drivers::VgaText& screen)
      : line_(line), console_(console), screen_(screen) {}
  KernelLog(const KernelLog&) = delete;

  // The screen shows it with its next refresh.
  void write(std::string_view text);
  size_t read(uint64_t& position, std::span<char> into) const { return ring_.read(position, into); }

  // From now on the machine can be switched off.
  void use(drivers::PowerSwitch& power) { power_ = &power; }
  // Says the verdict, and on the screen that the machine may be switched off; then stops it.
  [[noreturn]] void end_machine(std::string_view verdict, proc::After after);
  // For panics, which have said everything.
  [[noreturn]] void stop_machine();

 private:
  drivers::Serial& line_;
  drivers::Serial& console_;
  drivers::VgaText& screen_;
  drivers::LogRing ring_;
  drivers::PowerSwitch* power_ = nullptr;
};

}  // namespace mobius
