// Port: the world outside the processes: the kernel log, the end of the machine, the calendar.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace mobius::proc {

// What becomes of the machine once its end has been told. StayOn: a person has to read why, and
// switches the machine off.
enum class After : uint8_t { StayOn, PowerOff };

class Machine {
 public:
  // Text for the kernel log, as it is; lines end with '\n'.
  virtual void log(std::string_view text) = 0;
  // Fills `into` with what was logged from `position` on, which counts the log's bytes since boot,
  // and moves it on; what is kept no longer is passed over. How many bytes; 0: no more yet.
  virtual size_t read_log(uint64_t& position, std::span<char> into) = 0;
  // Prints `mobius: VERDICT`, the last line of the log, and stops the machine.
  [[noreturn]] void end(std::string_view verdict, After after = After::StayOn) {
    stop(verdict, after);
    __builtin_unreachable();
  }
  // Seconds since 1970 at the moment of boot.
  virtual int64_t boot_time() = 0;
  // The kernel's command line (Multiboot).
  virtual std::string_view command_line() = 0;

 protected:
  ~Machine() = default;
  virtual void stop(std::string_view verdict, After after) = 0;  // end(); never returns
};

}  // namespace mobius::proc
