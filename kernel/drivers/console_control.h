// ConsoleControl: the runner's control line. On COM2 it says once `eof N`: standard input ended
// after N bytes, counted on COM1 since boot. Other lines mean nothing. Pure.
#pragma once

#include <cstdint>
#include <optional>

namespace mobius::drivers {

class ConsoleControl {
 public:
  // N, when this byte ends a line that says so.
  std::optional<uint64_t> receive(uint8_t byte);

 private:
  static constexpr unsigned kMaxLine = 32;
  char line_[kMaxLine];
  unsigned size_ = 0;  // kMaxLine + 1: too long, to be ignored
};

}  // namespace mobius::drivers
