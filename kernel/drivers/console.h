// Console: the user's console. Output goes to COM1, byte for byte, and is shown on the screen;
// input comes from COM1 and the keyboard, through one line discipline.
//
// Output is queued on the line and leaves by its interrupts. A write of up to kWholeWrite bytes is
// queued whole or not at all, so that lines of two writers do not mix; the last kEchoRoom bytes of
// the queue are the echo's.
//
// Where the line's other end can be held up (the runner tells that it can, by what it says of
// Ctrl-C), received bytes wait in the serial port's FIFO while there is no room for them here: a
// sender faster than the reader is cut off nowhere. Ctrl-C must not wait behind them: what was
// typed before one that is known to come gives way to it. Without a runner nothing holds up a
// sender; bytes of typed lines for which there is no room are lost then, and Ctrl-C is not. After
// `end_input_after(n)` the input ends when n bytes have come in on COM1 in all.
#pragma once

#include <optional>

#include "drivers/line_discipline.h"
#include "drivers/serial.h"
#include "mm/words/waiting.h"

namespace mobius::drivers {

// A line that carries bytes both ways (COM1).
class ByteLine {
 public:
  // How many bytes send() takes now; bytes that go out after those sent before. Never waits.
  virtual size_t room() = 0;
  virtual void send(std::string_view bytes) = 0;  // Requires: bytes.size() <= room().
  // The next byte received, if there is one.
  virtual std::optional<uint8_t> read() = 0;
  // Whether it says so by its interrupt when bytes have come in.
  virtual void listen(Receiving receiving) = 0;

 protected:
  ~ByteLine() = default;
};

// Something that shows text (the VGA screen).
class TextScreen {
 public:
  virtual void write(std::string_view text) = 0;

 protected:
  ~TextScreen() = default;
};

class InterruptKeyListener {
 public:
  virtual void interrupt_key_pressed() = 0;  // Ctrl-C in cooked mode; called by an interrupt

 protected:
  ~InterruptKeyListener() = default;
};

class Console final : EchoSink {
 public:
  Console(mm::Waiting& waiting, ByteLine& line, TextScreen& screen)
      : waiting_(waiting), line_(line), screen_(screen) {}
  Console(const Console&) = delete;

  LineDiscipline& discipline() { return discipline_; }
  void set_listener(InterruptKeyListener* listener) { listener_ = listener; }

  // The interrupt's part: takes what the line has received, as far as there is room.
  void receive_from_line();
  void receive_key(std::string_view bytes);  // what a key stands for; dropped where no room is
  void end_input_after(uint64_t bytes);
  // The runner has sent a Ctrl-C as the byte with this number, from 1, counted as above; 0: none
  // yet. From now on the line's other end holds back what has no room here.
  void interrupt_at(uint64_t byte);

  struct Input {
    size_t bytes = 0;
    bool ended = false;
  };
  // Never waits: nothing at all means that the reader has to wait on input_channel().
  Input take(std::span<char> into);
  const void* input_channel() const { return this; }
  void set_mode(LineDiscipline::Mode mode);

  static constexpr size_t kWholeWrite = 512, kEchoRoom = 128;
  // Shows the text, or nothing where the line has no room for it (of a text longer than kWholeWrite
  // its beginning); how much that was. Never waits: a writer whose text is left waits on
  // output_channel().
  size_t write_some(std::string_view text);
  const void* output_channel() const { return &line_; }
  // The interrupt's part: the line has sent something. Writers go on when there is room for any.
  void line_has_sent();

 private:
  void echo(std::string_view text) override;
  void receive(uint8_t byte);
  bool may_receive() const;
  void check_end();

  mm::Waiting& waiting_;
  ByteLine& line_;
  TextScreen& screen_;
  InterruptKeyListener* listener_ = nullptr;
  LineDiscipline discipline_;
  uint64_t line_bytes_ = 0;  // received on the line since boot
  uint64_t end_after_ = UINT64_MAX;
  uint64_t interrupt_at_ = UINT64_MAX;  // bytes of the line up to here may be lost
  bool ended_ = false;
};

}  // namespace mobius::drivers
