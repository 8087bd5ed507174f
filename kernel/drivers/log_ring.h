// LogRing: the last bytes of the kernel log, kept in memory for programs to read. Nothing here
// allocates or waits, so panics and interrupts may write.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace mobius::drivers {

class LogRing {
 public:
  static constexpr size_t kBytes = 32 * 1024;

  void write(std::string_view text);
  // Fills `into` from `position` on, which counts the bytes ever written, and moves it on. A
  // position whose bytes are kept no longer becomes that of the oldest kept; one beyond the end,
  // the end. How many bytes there were; 0 at the end. Only bytes that were written are handed out.
  size_t read(uint64_t& position, std::span<char> into) const;

 private:
  std::array<char, kBytes> bytes_{};
  uint64_t end_ = 0;  // bytes ever written
};

}  // namespace mobius::drivers
