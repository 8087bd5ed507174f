// The 16550's registers, and nothing above them.
#include "drivers/serial.h"

#include "base/assert.h"

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
constexpr uint8_t kDtrRtsOut2 = 0x0B;  // OUT2 gates the interrupt line in a PC
constexpr uint8_t kDataReady = 0x01, kTransmitterReady = 0x20, kTransmitterIdle = 0x40;
constexpr uint8_t kReceiveInterrupt = 0x01, kTransmitInterrupt = 0x02;
// Status reads, of about a microsecond; a byte takes 87 us at this speed, but an emulator's
// transmitter is ready only when its host has taken what was sent before.
constexpr unsigned kPatience = 30'000'000;

}  // namespace

void TransmitQueue::push(std::string_view bytes) {
  KASSERT(bytes.size() <= room());
  for (char byte : bytes) bytes_[(first_ + size_++) % kCapacity] = byte;
}

char TransmitQueue::pop() {
  KASSERT(!empty());
  const char byte = bytes_[first_];
  first_ = (first_ + 1) % kCapacity;
  --size_;
  return byte;
}

void Serial::initialize() {
  port_.out8(base_ + kScratch, 0x5A);
  present_ = port_.in8(base_ + kScratch) == 0x5A;
  if (!present_) return;
  port_.out8(base_ + kInterruptEnable, 0);
  port_.out8(base_ + kLineControl, kDivisorAccess);
  port_.out8(base_ + 0, 1);  // 115,200 baud
  port_.out8(base_ + 1, 0);
  port_.out8(base_ + kLineControl, kEightBits);
  port_.out8(base_ + kFifoControl, kFifoOff);
  port_.out8(base_ + kModemControl, kDtrRtsOut2);
}

bool Serial::has_status(uint8_t bits) {
  return (port_.in8(base_ + kLineStatus) & bits) != 0;
}

bool Serial::wait_for(uint8_t line_status) {
  for (unsigned i = 0; i < kPatience; ++i)
    if (has_status(line_status)) return true;
  return false;
}

void Serial::drain() {
  write({});
  if (present_) wait_for(kTransmitterIdle);
}

void Serial::write(std::string_view bytes) {
  if (!present_) return;
  while (!queue_.empty() && wait_for(kTransmitterReady)) transmit();
  for (char byte : bytes) {
    if (!wait_for(kTransmitterReady)) return;
    port_.out8(base_ + kData, static_cast<uint8_t>(byte));
  }
}

void Serial::queue(std::string_view bytes) {
  if (!present_) return;
  queue_.push(bytes);
  transmit();
}

void Serial::transmit() {
  if (!present_) return;
  while (!queue_.empty() && has_status(kTransmitterReady)) {
    port_.out8(base_ + kData, static_cast<uint8_t>(queue_.pop()));
  }
  ask_for_interrupts();
}

void Serial::ask_for_interrupts() {
  const uint8_t wanted = (receiving_ == Receiving::On ? kReceiveInterrupt : 0) |
                         (queue_.empty() ? 0 : kTransmitInterrupt);
  if (wanted != asked_for_) port_.out8(base_ + kInterruptEnable, wanted);
  asked_for_ = wanted;
}

void Serial::listen(Receiving receiving) {
  receiving_ = receiving;
  if (present_) ask_for_interrupts();
}

// The interrupt controller sees edges only. A cause that came while another held the line up would
// raise none, so the line goes down first.
void Serial::end_interrupt() {
  if (!present_) return;
  port_.out8(base_ + kInterruptEnable, 0);
  asked_for_ = 0;
  transmit();
}

std::optional<uint8_t> Serial::read() {
  if (!present_ || !has_status(kDataReady)) return std::nullopt;
  return port_.in8(base_ + kData);
}

}  // namespace mobius::drivers
