// Escape sequences: see escape_sequence.h.
#include "drivers/escape_sequence.h"

namespace mobius::drivers {
namespace {

constexpr uint8_t kEscape = 0x1B;
constexpr unsigned kMaxParameter = 9999;

}  // namespace

EscapeSequence::Step EscapeSequence::take(uint8_t byte) {
  switch (state_) {
    case State::Text:
      if (byte != kEscape) return Step::Text;
      state_ = State::Escape;
      return Step::Taken;
    case State::Escape:
      state_ = byte == '[' ? State::Sequence : State::Text;
      parameters_ = {};
      count_ = 1;
      return Step::Taken;
    case State::Sequence:
      return take_in_sequence(byte);
  }
  __builtin_unreachable();
}

EscapeSequence::Step EscapeSequence::take_in_sequence(uint8_t byte) {
  unsigned& last = parameters_[std::min(count_, kMaxParameters) - 1];
  if (byte >= '0' && byte <= '9') {
    last = std::min(last * 10 + (byte - '0'), kMaxParameter);
  } else if (byte == ';') {
    count_ = std::min(count_ + 1, kMaxParameters);
  } else if (byte >= 0x40 && byte <= 0x7E) {
    state_ = State::Text;
    return Step::Finished;
  } else if (byte < ' ') {
    state_ = byte == kEscape ? State::Escape : State::Text;
    return Step::Broken;
  }
  return Step::Taken;
}

}  // namespace mobius::drivers
