// EscapeSequence: reads one ANSI escape sequence, ESC [ parameters final-byte (ECMA-48). Pure.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

namespace mobius::drivers {

class EscapeSequence {
 public:
  // What a byte meant.
  enum class Step : uint8_t {
    Text,      // it belongs to no sequence
    Taken,     // it is a part of one
    Finished,  // it is a sequence's final byte: the parameters are there
    Broken,    // it is a control character that breaks the sequence off
  };
  Step take(uint8_t byte);

  // Of the sequence that has just finished. A parameter that is 0 or missing is `otherwise`.
  unsigned parameter(unsigned at, unsigned otherwise) const {
    return at < count_ && parameters_[at] != 0 ? parameters_[at] : otherwise;
  }
  unsigned parameter_count() const { return count_; }

 private:
  enum class State : uint8_t { Text, Escape, Sequence };
  static constexpr unsigned kMaxParameters = 4;

  Step take_in_sequence(uint8_t byte);

  State state_ = State::Text;
  std::array<unsigned, kMaxParameters> parameters_{};
  unsigned count_ = 0;
};

}  // namespace mobius::drivers
