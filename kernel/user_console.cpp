// The user's console: see user_console.h.
#include "user_console.h"

namespace mobius {

using drivers::LineDiscipline;

UserConsole::UserConsole(mm::Waiting& waiting, drivers::RegisterPort& port, Lines lines,
                         drivers::VgaText& screen)
    : lines_(lines),
      screen_(screen),
      console_(waiting, *this, screen_),
      keyboard_(port, console_) {}

void UserConsole::start(proc::System& system, const Peers& peers) {
  system_ = &system;
  console_.set_listener(this);
  peers_ = peers;
  if (peers.input == proc::TerminalPeer::Pipe) {
    console_.discipline().set_source(LineDiscipline::Source::Pipe);
  }
  lines_.user.listen(drivers::Receiving::On);
  lines_.control.listen(drivers::Receiving::On);
  // Bytes that came before the lines listened have had their interrupt already.
  serial_interrupt();
  control_interrupt();
  keyboard_interrupt();
}

void UserConsole::serial_interrupt() {
  console_.receive_from_line();
  lines_.user.end_interrupt();
  console_.line_has_sent();
}

void UserConsole::refresh() {
  screen_.refresh();
  if (lines_.user.room() < drivers::TransmitQueue::kCapacity) serial_interrupt();
}

void UserConsole::control_interrupt() {
  while (const auto byte = lines_.control.read()) {
    const auto message = control_.receive(*byte);
    if (!message) continue;
    switch (message->word) {
      case drivers::ConsoleControl::Word::Eof: console_.end_input_after(message->bytes); break;
      case drivers::ConsoleControl::Word::Interrupt: console_.interrupt_at(message->bytes); break;
    }
  }
}

proc::Terminal::Input UserConsole::take(std::span<char> into) {
  const auto taken = console_.take(into);
  return {taken.bytes, taken.ended};
}

proc::TerminalPeer UserConsole::peer(proc::TerminalSide side) {
  return side == proc::TerminalSide::Input ? peers_.input : peers_.output;
}

proc::TerminalMode UserConsole::mode() {
  // A pipe is raw whatever mode was asked for, by which the shell knows it from a keyboard.
  const bool pipe = console_.discipline().source() == LineDiscipline::Source::Pipe;
  const bool raw = pipe || console_.discipline().mode() == LineDiscipline::Mode::Raw;
  return raw ? proc::TerminalMode::Raw : proc::TerminalMode::Cooked;
}

void UserConsole::set_mode(proc::TerminalMode mode) {
  console_.set_mode(mode == proc::TerminalMode::Raw ? LineDiscipline::Mode::Raw
                                                    : LineDiscipline::Mode::Cooked);
}

}  // namespace mobius
