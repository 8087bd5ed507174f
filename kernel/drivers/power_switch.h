// PowerSwitch: switches the machine off, where it has ACPI. What that takes is found once, at boot;
// at the end, perhaps amid a panic, only ports are written.
#pragma once

#include "drivers/acpi.h"
#include "drivers/register_port.h"

namespace mobius::drivers {

class PowerSwitch {
 public:
  PowerSwitch(RegisterPort& port, std::optional<AcpiPowerOff> acpi) : port_(port), acpi_(acpi) {}
  PowerSwitch(const PowerSwitch&) = delete;

  bool present() const { return acpi_.has_value(); }
  // Comes back where there is no way to do it, or it did not help.
  void off();

 private:
  uint16_t in16(uint16_t port);
  void out16(uint16_t port, uint16_t value) { port_.out16_many(port, &value, 1); }
  void enable_acpi();
  void sleep(uint16_t control, uint8_t type);

  RegisterPort& port_;
  const std::optional<AcpiPowerOff> acpi_;
};

}  // namespace mobius::drivers
