// PCI configuration space by mechanism #1: find a device by its class, read and write its header.
//
// Source: PCI Local Bus Specification 2.2, 3.2.2.3.2 (ports 0xCF8, 0xCFC) and chapter 6 (header).
#pragma once

#include <optional>

#include "drivers/register_port.h"

namespace mobius::drivers {

struct PciFunction {
  uint8_t bus = 0;
  uint8_t device = 0;    // 0..31
  uint8_t function = 0;  // 0..7
  bool operator==(const PciFunction&) const = default;
};

// Offsets of the header's 32-bit registers.
enum class PciRegister : uint8_t {
  Identity = 0x00,   // vendor, device << 16
  Command = 0x04,    // command, status << 16
  Class = 0x08,      // revision, interface << 8, class << 16
  Header = 0x0C,     // header type << 16
  Bar0 = 0x10,
  Buses = 0x18,      // of a bridge: primary, secondary << 8, subordinate << 16
  Interrupt = 0x3C,  // line, pin << 8
};

inline constexpr uint32_t kPciCommandIo = 1u << 0;
inline constexpr uint32_t kPciCommandMaster = 1u << 2;

class Pci {
 public:
  explicit Pci(RegisterPort& port) : port_(port) {}

  uint32_t read(PciFunction at, PciRegister reg) { return read(at, static_cast<uint8_t>(reg)); }
  void write(PciFunction at, PciRegister reg, uint32_t value);
  // Base address register 0..5.
  uint32_t read_bar(PciFunction at, unsigned index) {
    return read(at, static_cast<uint8_t>(0x10 + 4 * index));
  }

  // The `nth` function (from 0) of this class << 8 | subclass, by bus, device, function; looks
  // behind bridges too. Absent where there are fewer, or no PCI at all.
  std::optional<PciFunction> find(uint16_t device_class, unsigned nth = 0);

  // Sets `bits` in the command register; the status half is written as zeros, which clear nothing.
  void enable(PciFunction at, uint32_t bits);

 private:
  uint32_t read(PciFunction at, uint8_t offset);
  RegisterPort& port_;
};

}  // namespace mobius::drivers
