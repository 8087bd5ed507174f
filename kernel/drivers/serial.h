// Serial: one 16550 serial port. COM1 is the user's console, COM2 the kernel's log.
//
// Sending is byte by byte: the FIFOs stay off; receiving never waits: an interrupt says when there
// is something to read. 115,200 baud, 8N1.
// Source: National Semiconductor PC16550D data sheet, section 8.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace mobius::drivers {

inline constexpr uint16_t kCom1 = 0x3F8;  // IRQ 4
inline constexpr uint16_t kCom2 = 0x2F8;  // IRQ 3

class Serial {
 public:
  explicit Serial(uint16_t base) : base_(base) {}

  // Sets the line up, interrupts off. Works as well where there is no port: bytes are lost then.
  void initialize();
  // Raises the port's IRQ when bytes have come in.
  void enable_receive_interrupt();

  // Exactly these bytes, nothing added. Waits for whoever takes them at the other end for longer
  // than a busy host needs; a transmitter that never gets ready loses them.
  void write(std::string_view bytes);
  // As many of the first bytes as the transmitter takes now; never waits. 0: it is not ready.
  size_t write_some(std::string_view bytes);

  // Waits until the last bit is on the line: what is still in the transmitter when the machine is
  // switched off is lost.
  void drain();

  // The next byte received, or nothing if there is none now.
  std::optional<uint8_t> read();

 private:
  bool wait_for(uint8_t line_status);
  const uint16_t base_;
  bool present_ = false;
};

}  // namespace mobius::drivers
