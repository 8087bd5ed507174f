// Serial: one 16550 serial port. COM1 is the user's console, COM2 the kernel's log.
//
// Two ways to send: write() waits for each byte (the log, and the rest at the machine's end),
// queue() leaves the bytes to the transmitter's interrupt. Receiving never waits. The port asks for
// an interrupt only where there is something to do: bytes came in while Receiving::On, or the
// transmitter is free while bytes are queued. 115,200 baud, 8N1, without FIFOs.
// Source: National Semiconductor PC16550D data sheet, section 8.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "drivers/register_port.h"

namespace mobius::drivers {

inline constexpr uint16_t kCom1 = 0x3F8;  // IRQ 4
inline constexpr uint16_t kCom2 = 0x2F8;  // IRQ 3

// Bytes in the order they came, at most kCapacity. Pure.
class TransmitQueue {
 public:
  // At 115,200 baud a full queue takes 89 ms.
  static constexpr size_t kCapacity = 1024;

  bool empty() const { return size_ == 0; }
  size_t room() const { return kCapacity - size_; }
  void push(std::string_view bytes);  // Requires: bytes.size() <= room().
  char pop();                         // Requires: !empty().

 private:
  std::array<char, kCapacity> bytes_;
  size_t first_ = 0, size_ = 0;
};

enum class Receiving : uint8_t { Off, On };

class Serial {
 public:
  Serial(RegisterPort& port, uint16_t base) : port_(port), base_(base) {}
  Serial(const Serial&) = delete;

  // Sets the line up, interrupts off. Works as well where there is no port: bytes are lost then.
  void initialize();

  // Exactly these bytes, nothing added, after those that are queued. Waits for the reader at the
  // other end for longer than a busy host needs; a transmitter that never gets ready loses them.
  void write(std::string_view bytes);
  // Waits until the last bit is on the line, of queued bytes too: what is still in the transmitter
  // when the machine is switched off is lost.
  void drain();

  // These bytes go out after those queued before, by transmit(). Never waits.
  // Requires: bytes.size() <= room().
  void queue(std::string_view bytes);
  size_t room() const { return queue_.room(); }
  // Hands the transmitter what it takes now; where bytes are left, an interrupt asks for more.
  void transmit();

  // Whether the port's IRQ is raised when bytes have come in. Off at first.
  void listen(Receiving receiving);
  // The next byte received, or nothing if there is none now.
  std::optional<uint8_t> read();
  // At the end of the handler of the port's IRQ: whatever is to be done by now raises it again.
  void end_interrupt();

 private:
  bool wait_for(uint8_t line_status);
  bool has_status(uint8_t bits);
  void ask_for_interrupts();

  RegisterPort& port_;
  const uint16_t base_;
  bool present_ = false;
  uint8_t asked_for_ = 0;  // what the interrupt enable register says
  Receiving receiving_ = Receiving::Off;
  TransmitQueue queue_;
};

}  // namespace mobius::drivers
