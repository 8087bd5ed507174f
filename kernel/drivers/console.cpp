// The console: see console.h.
#include "drivers/console.h"

#include <algorithm>

namespace mobius::drivers {

size_t Console::write_some(std::string_view text) {
  const size_t room = line_.room();
  const size_t whole = std::min(text.size(), kWholeWrite);
  if (room < whole + kEchoRoom) return 0;
  text = text.substr(0, room - kEchoRoom);
  line_.send(text);
  screen_.write(text);
  return text.size();
}

void Console::line_has_sent() {
  if (line_.room() >= kWholeWrite + kEchoRoom) waiting_.wake(output_channel());
}

void Console::echo(std::string_view text) {
  // An interrupt cannot sleep: what is typed while the output is held up may stay without echo.
  text = text.substr(0, line_.room());
  line_.send(text);
  screen_.write(text);
}

void Console::receive(uint8_t byte) {
  const auto event = discipline_.receive(byte, *this);
  if (event == LineDiscipline::Event::Interrupt && listener_ != nullptr) {
    listener_->interrupt_key_pressed();
  }
}

bool Console::may_receive() const {
  return discipline_.room() || (discipline_.by_lines() && line_bytes_ < interrupt_at_);
}

void Console::receive_from_line() {
  while (may_receive()) {
    const auto byte = line_.read();
    if (!byte) break;
    ++line_bytes_;
    receive(*byte);
  }
  line_.listen(may_receive() ? Receiving::On : Receiving::Off);
  check_end();
  if (discipline_.ready() || ended_) waiting_.wake(input_channel());
}

void Console::receive_key(std::string_view bytes) {
  for (char byte : bytes) receive(static_cast<uint8_t>(byte));
  if (discipline_.ready()) waiting_.wake(input_channel());
}

void Console::end_input_after(uint64_t bytes) {
  end_after_ = bytes;
  check_end();
  if (ended_) waiting_.wake(input_channel());
}

void Console::interrupt_at(uint64_t byte) {
  interrupt_at_ = byte;
  receive_from_line();
}

void Console::check_end() {
  if (ended_ || line_bytes_ < end_after_) return;
  ended_ = true;
  discipline_.end_input();
}

Console::Input Console::take(std::span<char> into) {
  // What had no room when its interrupt came is still in the line: no other interrupt follows.
  receive_from_line();
  const auto taken = discipline_.take(into);
  const bool nothing_follows = ended_ && taken.bytes == 0;
  return {taken.bytes, taken.ended || nothing_follows};
}

void Console::set_mode(LineDiscipline::Mode mode) {
  discipline_.set_mode(mode);
  receive_from_line();  // what had no room in the other mode may not need it
}

}  // namespace mobius::drivers
