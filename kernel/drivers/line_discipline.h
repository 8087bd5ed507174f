// LineDiscipline: what becomes of typed bytes before a program reads them.
//
//   cooked  lines with echo and editing: Backspace and Delete erase a character, Ctrl-U the line;
//           Return ends it; Ctrl-D ends the input, or hands over an unfinished line; Ctrl-C asks
//           for the foreground process's end and discards what was typed before it; other control
//           bytes are ignored
//   raw     every byte as it comes, no echo
//   pipe    as raw, whatever the mode: the input is no terminal
//
// Pure. What is handed out stays in order; nothing is lost while there is room(). What needs no
// room is obeyed without it: Ctrl-C, Backspace, Ctrl-U.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "drivers/input_queue.h"

namespace mobius::drivers {

class EchoSink {
 public:
  virtual void echo(std::string_view text) = 0;

 protected:
  ~EchoSink() = default;
};

class LineDiscipline {
 public:
  static constexpr size_t kMaxLine = 1024;  // a cooked line without its end; more is not taken

  enum class Mode : uint8_t { Cooked, Raw };
  enum class Source : uint8_t { Terminal, Pipe };

  Mode mode() const { return mode_; }
  // Bytes of an unfinished line stay with it until they are handed over or erased; to Raw they go
  // at once.
  void set_mode(Mode mode);
  Source source() const { return source_; }
  void set_source(Source source) { source_ = source; }

  // Whether the next byte will find a place, whatever it is.
  bool room() const { return InputQueue::kCapacity - queue_.size() > line_size_ + 1; }
  // Whether bytes are typed lines, and Ctrl-C is more than a byte.
  bool by_lines() const { return source_ == Source::Terminal && mode_ == Mode::Cooked; }
  // What a received byte asks for besides becoming input.
  enum class Event : uint8_t { None, Interrupt };
  // A byte that becomes input is lost where there is no room().
  Event receive(uint8_t byte, EchoSink& sink);
  // No byte will come any more: an unfinished line is handed over.
  void end_input();

  // Whether take() has something: bytes, or an end of input (Ctrl-D) on its own.
  bool ready() const { return !queue_.empty(); }
  struct Taken {
    size_t bytes = 0;
    bool ended = false;  // Ctrl-D: a read of 0 bytes; the input goes on after it
  };
  // Cooked: at most one line. Raw, pipe: all there is.
  Taken take(std::span<char> into);

 private:
  Event receive_cooked(uint8_t byte, EchoSink& sink);
  void receive_text(uint8_t byte, EchoSink& sink);
  void erase_character(EchoSink& sink);
  void commit_line();
  void discard();

  Mode mode_ = Mode::Cooked;
  Source source_ = Source::Terminal;
  size_t line_size_ = 0;
  std::array<char, kMaxLine> line_;
  InputQueue queue_;
};

}  // namespace mobius::drivers
