// Port: the world outside the processes: the kernel log, the end of the machine, the calendar.
#pragma once

#include <cstdint>
#include <string_view>

namespace mobius::proc {

class Machine {
 public:
  // Text for the kernel log, as it is; lines end with '\n'.
  virtual void log(std::string_view text) = 0;
  // Prints `mobius: VERDICT`, the last line of the log, and stops the machine.
  [[noreturn]] void end(std::string_view verdict) {
    stop(verdict);
    __builtin_unreachable();
  }
  // Seconds since 1970 at the moment of boot.
  virtual int64_t boot_time() = 0;
  // The kernel's command line (Multiboot).
  virtual std::string_view command_line() = 0;

 protected:
  ~Machine() = default;
  virtual void stop(std::string_view verdict) = 0;  // end(); never returns
};

}  // namespace mobius::proc
