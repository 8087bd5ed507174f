// Port: the user's console. Composition puts drivers/console behind it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>


namespace mobius::proc {

enum class TerminalMode : uint8_t { Cooked, Raw };

class Terminal {
 public:
  // The bytes to hand out now, at most into.size(); none where the reader has to wait. After the
  // end of the input: `ended`. Never waits.
  struct Input {
    size_t bytes = 0;
    bool ended = false;
  };
  virtual Input take(std::span<char> into) = 0;
  // What a reader waits on (mm::Waiting); woken when take() may have something.
  virtual const void* input_channel() = 0;

  // All bytes, in order; never waits for longer than the line needs.
  virtual void write(std::span<const char> text) = 0;

  virtual TerminalMode mode() = 0;
  virtual void set_mode(TerminalMode mode) = 0;

 protected:
  ~Terminal() = default;
};

}  // namespace mobius::proc
