// The line discipline: see line_discipline.h.
#include "drivers/line_discipline.h"

namespace mobius::drivers {
namespace {

constexpr uint8_t kCtrlC = 0x03, kCtrlD = 0x04, kBackspace = 0x08, kCtrlU = 0x15, kDelete = 0x7F;

// The second and later bytes of a UTF-8 character: erased with the first.
bool continues_character(char byte) { return (static_cast<uint8_t>(byte) & 0xC0) == 0x80; }

}  // namespace

void LineDiscipline::commit_line() {
  for (size_t i = 0; i < line_size_; ++i) queue_.push(static_cast<uint8_t>(line_[i]));
  line_size_ = 0;
}

void LineDiscipline::set_mode(Mode mode) {
  if (mode == Mode::Raw) commit_line();
  mode_ = mode;
}

void LineDiscipline::end_input() { commit_line(); }

void LineDiscipline::erase_character(EchoSink& sink) {
  if (line_size_ == 0) return;
  while (line_size_ > 1 && continues_character(line_[line_size_ - 1])) --line_size_;
  --line_size_;
  sink.echo("\b \b");
}

void LineDiscipline::discard() {
  queue_.clear();
  line_size_ = 0;
}

LineDiscipline::Event LineDiscipline::receive(uint8_t byte, EchoSink& sink) {
  if (by_lines()) return receive_cooked(byte, sink);
  if (room()) queue_.push(byte);
  return Event::None;
}

LineDiscipline::Event LineDiscipline::receive_cooked(uint8_t byte, EchoSink& sink) {
  switch (byte) {
    case kCtrlC:
      discard();
      sink.echo("^C\n");
      return Event::Interrupt;
    case kBackspace:
    case kDelete:
      erase_character(sink);
      return Event::None;
    case kCtrlU:
      while (line_size_ > 0) erase_character(sink);
      return Event::None;
    default:
      if (room()) receive_text(byte, sink);
      return Event::None;
  }
}

void LineDiscipline::receive_text(uint8_t byte, EchoSink& sink) {
  switch (byte) {
    case kCtrlD:
      if (line_size_ == 0) queue_.push(InputQueue::kEndMark);
      commit_line();
      return;
    case '\r':
    case '\n':
      commit_line();
      queue_.push('\n');
      sink.echo("\n");
      return;
    default:
      break;
  }
  if ((byte < ' ' && byte != '\t') || line_size_ == kMaxLine) return;
  const char character = static_cast<char>(byte);
  line_[line_size_++] = character;
  sink.echo({&character, 1});
}

LineDiscipline::Taken LineDiscipline::take(std::span<char> into) {
  const bool one_line = by_lines();
  Taken taken;
  while (taken.bytes < into.size() && !queue_.empty()) {
    const uint16_t entry = queue_.front();
    if (entry == InputQueue::kEndMark) {
      if (taken.bytes > 0) break;
      queue_.pop();
      taken.ended = true;
      break;
    }
    queue_.pop();
    into[taken.bytes++] = static_cast<char>(entry);
    if (one_line && entry == '\n') break;
  }
  return taken;
}

}  // namespace mobius::drivers
