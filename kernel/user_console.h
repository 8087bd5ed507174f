// UserConsole: COM1, the keyboard and the text screen put together as the process layer's terminal.
#pragma once

#include "drivers/console.h"
#include "drivers/console_control.h"
#include "drivers/keyboard.h"
#include "drivers/serial.h"
#include "drivers/vga_text.h"
#include "proc/ports/terminal.h"
#include "proc/processes/system.h"

namespace mobius {

class UserConsole final : public proc::Terminal, drivers::ByteLine, drivers::InterruptKeyListener {
 public:
  struct Lines {
    drivers::Serial& user;     // COM1
    drivers::Serial& control;  // COM2, whose input is the runner's control line
  };
  // All of it outlives the console.
  UserConsole(mm::Waiting& waiting, drivers::RegisterPort& port, Lines lines,
              drivers::VgaText& screen);
  UserConsole(const UserConsole&) = delete;

  // Who is at the far end of the line, as the runner says.
  struct Peers {
    proc::TerminalPeer input, output;
  };
  // From now on Ctrl-C ends the foreground process.
  void start(proc::System& system, const Peers& peers);

  // The interrupts' parts.
  void serial_interrupt();
  void control_interrupt();
  void keyboard_interrupt() { keyboard_.interrupt(); }
  // The timer's part, some times a second. An interrupt of the line that got lost is made up for.
  void refresh();

  Input take(std::span<char> into) override;
  const void* input_channel() override { return console_.input_channel(); }
  size_t write_some(std::span<const char> text) override {
    return console_.write_some({text.data(), text.size()});
  }
  const void* output_channel() override { return console_.output_channel(); }
  proc::TerminalPeer peer(proc::TerminalSide side) override;
  proc::TerminalMode mode() override;
  void set_mode(proc::TerminalMode mode) override;

 private:
  size_t room() override { return lines_.user.room(); }
  void send(std::string_view bytes) override { lines_.user.queue(bytes); }
  void listen(drivers::Receiving receiving) override { lines_.user.listen(receiving); }
  std::optional<uint8_t> read() override { return lines_.user.read(); }
  void interrupt_key_pressed() override { proc::kill_foreground(*system_); }

  const Lines lines_;
  drivers::VgaText& screen_;
  drivers::Console console_;
  drivers::Keyboard keyboard_;
  drivers::ConsoleControl control_;
  proc::System* system_ = nullptr;
  Peers peers_ = {proc::TerminalPeer::Person, proc::TerminalPeer::Person};
};

}  // namespace mobius
