// Port: the user's console. Composition puts drivers/console behind it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>


namespace mobius::proc {

enum class TerminalMode : uint8_t { Cooked, Raw };
enum class TerminalSide : uint8_t { Input, Output };
// Who is at the far end of a side.
enum class TerminalPeer : uint8_t { Person = 1, Pipe = 2 };

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

  // Takes the beginning of the text and says how much that was: less than all, or nothing, where
  // what was written before has not gone out yet. Never waits.
  virtual size_t write_some(std::span<const char> text) = 0;
  // What a writer waits on whose text is left; woken when write_some() may take something.
  virtual const void* output_channel() = 0;

  virtual TerminalPeer peer(TerminalSide side) = 0;
  virtual TerminalMode mode() = 0;
  virtual void set_mode(TerminalMode mode) = 0;

 protected:
  ~Terminal() = default;
};

}  // namespace mobius::proc
