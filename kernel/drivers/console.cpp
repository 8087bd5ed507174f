// The console: see console.h.
#include "drivers/console.h"

namespace mobius::drivers {

void Console::write(std::string_view text) {
  line_.write(text);
  screen_.write(text);
}

void Console::receive(uint8_t byte) {
  const auto event = discipline_.receive(byte, *this);
  if (event == LineDiscipline::Event::Interrupt && listener_ != nullptr) {
    listener_->interrupt_key_pressed();
  }
}

void Console::receive_from_line() {
  while (discipline_.room()) {
    const auto byte = line_.read();
    if (!byte) break;
    ++line_bytes_;
    receive(*byte);
  }
  check_end();
  if (discipline_.ready() || ended_) waiting_.wake(input_channel());
}

void Console::receive_key(std::string_view bytes) {
  for (char byte : bytes) {
    if (discipline_.room()) receive(static_cast<uint8_t>(byte));
  }
  if (discipline_.ready()) waiting_.wake(input_channel());
}

void Console::end_input_after(uint64_t bytes) {
  end_after_ = bytes;
  check_end();
  if (ended_) waiting_.wake(input_channel());
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
  if (discipline_.ready()) waiting_.wake(input_channel());
}

}  // namespace mobius::drivers
