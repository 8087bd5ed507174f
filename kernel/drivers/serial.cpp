// The 16550's registers, and nothing above them.
#include "drivers/serial.h"

#include "base/io_ports.h"

namespace mobius::drivers {

namespace {

// Offsets from the port's base (data sheet, table III); 0, 1 are the divisor under kDivisorAccess.
constexpr uint16_t kData = 0, kInterruptEnable = 1, kFifoControl = 2, kLineControl = 3;
constexpr uint16_t kModemControl = 4, kLineStatus = 5, kScratch = 7;

constexpr uint8_t kDivisorAccess = 0x80, kEightBits = 0x03;
// The FIFOs stay off: Bochs goes on receiving when its FIFO is full and drops what came, and
// switching them on would clear what has come already. Without, both emulators hold a byte back
// until the last one was read.
constexpr uint8_t kFifoOff = 0x00;
constexpr uint8_t kDtrRtsOut2 = 0x0B;      // OUT2 gates the interrupt line in a PC
constexpr uint8_t kDataReady = 0x01, kTransmitterReady = 0x20, kTransmitterIdle = 0x40;
constexpr uint8_t kReceiveInterrupt = 0x01;
// Status reads, of about a microsecond; a byte takes 87 us at this speed, but an emulator's
// transmitter is ready only when its host has taken what was sent before.
constexpr unsigned kPatience = 30'000'000;

}  // namespace

void Serial::initialize() {
  out8(base_ + kScratch, 0x5A);
  present_ = in8(base_ + kScratch) == 0x5A;
  if (!present_) return;
  out8(base_ + kInterruptEnable, 0);
  out8(base_ + kLineControl, kDivisorAccess);
  out8(base_ + 0, 1);  // 115,200 baud
  out8(base_ + 1, 0);
  out8(base_ + kLineControl, kEightBits);
  out8(base_ + kFifoControl, kFifoOff);
  out8(base_ + kModemControl, kDtrRtsOut2);
}

void Serial::enable_receive_interrupt() {
  if (present_) out8(base_ + kInterruptEnable, kReceiveInterrupt);
}

bool Serial::wait_for(uint8_t line_status) {
  for (unsigned i = 0; i < kPatience; ++i)
    if ((in8(base_ + kLineStatus) & line_status) != 0) return true;
  return false;
}

void Serial::drain() {
  if (present_) wait_for(kTransmitterIdle);
}

size_t Serial::write_some(std::string_view bytes) {
  if (!present_) return bytes.size();
  if ((in8(base_ + kLineStatus) & kTransmitterReady) == 0) return 0;
  if (bytes.empty()) return 0;
  out8(base_ + kData, static_cast<uint8_t>(bytes.front()));
  return 1;
}

void Serial::write(std::string_view bytes) {
  if (!present_) return;
  while (!bytes.empty() && wait_for(kTransmitterReady)) bytes.remove_prefix(write_some(bytes));
}

std::optional<uint8_t> Serial::read() {
  if (!present_ || (in8(base_ + kLineStatus) & kDataReady) == 0) return std::nullopt;
  return in8(base_ + kData);
}

}  // namespace mobius::drivers
