// ConsoleControl: the runner's control line. What it says on COM2 counts the bytes that it has sent
// on COM1 since boot:
//
//   eof N        standard input ended after N bytes
//   interrupt N  byte N is a typed Ctrl-C; 0: there may be some
//
// Other lines mean nothing. Pure.
#pragma once

#include <cstdint>
#include <optional>

namespace mobius::drivers {

class ConsoleControl {
 public:
  enum class Word : uint8_t { Eof, Interrupt };
  struct Message {
    Word word;
    uint64_t bytes;
    bool operator==(const Message&) const = default;
  };
  // When this byte ends a line that says something.
  std::optional<Message> receive(uint8_t byte);

 private:
  static constexpr unsigned kMaxLine = 32;
  char line_[kMaxLine];
  unsigned size_ = 0;  // kMaxLine + 1: too long, to be ignored
};

}  // namespace mobius::drivers
