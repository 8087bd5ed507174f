// PCI configuration space: the walk over buses, devices and functions.
#include "drivers/pci.h"

#include <algorithm>

namespace mobius::drivers {
namespace {

constexpr uint16_t kAddressPort = 0xCF8;
constexpr uint16_t kDataPort = 0xCFC;
constexpr uint16_t kClassPciBridge = 0x0604;

uint32_t address_of(PciFunction at, uint8_t offset) {
  const uint32_t bus = at.bus, device = at.device, function = at.function;
  return 0x80000000u | bus << 16 | device << 11 | function << 8 | (offset & 0xFCu);
}

}  // namespace

uint32_t Pci::read(PciFunction at, uint8_t offset) {
  port_.out32(kAddressPort, address_of(at, offset));
  return port_.in32(kDataPort);
}

void Pci::write(PciFunction at, PciRegister reg, uint32_t value) {
  port_.out32(kAddressPort, address_of(at, static_cast<uint8_t>(reg)));
  port_.out32(kDataPort, value);
}

void Pci::enable(PciFunction at, uint32_t bits) {
  write(at, PciRegister::Command, (read(at, PciRegister::Command) & 0xFFFF) | bits);
}

std::optional<PciFunction> Pci::find(uint16_t device_class, unsigned nth) {
  unsigned last_bus = 0;  // grows as bridges name the buses behind them
  for (unsigned bus = 0; bus <= last_bus; ++bus) {
    for (uint8_t device = 0; device < 32; ++device) {
      unsigned functions = 1;
      for (uint8_t function = 0; function < functions; ++function) {
        const PciFunction at{static_cast<uint8_t>(bus), device, function};
        if ((read(at, PciRegister::Identity) & 0xFFFF) == 0xFFFF) continue;
        if (read(at, PciRegister::Header) & 0x00800000) functions = 8;
        const uint32_t found = read(at, PciRegister::Class) >> 16;
        if (found == device_class && nth-- == 0) return at;
        if (found == kClassPciBridge) {
          const uint32_t buses = read(at, PciRegister::Buses);
          last_bus = std::max<unsigned>(last_bus, buses >> 16 & 0xFF);
        }
      }
    }
  }
  return std::nullopt;
}

}  // namespace mobius::drivers
