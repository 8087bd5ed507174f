// The fixed hardware's control registers: see power_switch.h.
#include "drivers/power_switch.h"

namespace mobius::drivers {
namespace {

// PM1 control register (ACPI 6.5, table 4.16).
constexpr uint16_t kSciEnabled = 1, kSleepTypeMask = 7 << 10, kSleepNow = 1 << 13;
constexpr unsigned kSleepTypeShift = 10;
// Reads of a port, of about a microsecond: the firmware takes up to some seconds.
constexpr unsigned kPatience = 3'000'000;

}  // namespace

uint16_t PowerSwitch::in16(uint16_t port) {
  uint16_t value = 0;
  port_.in16_many(port, &value, 1);
  return value;
}

void PowerSwitch::enable_acpi() {
  const bool has_a_switch = acpi_->enable_port != 0 && acpi_->enable_value != 0;
  if (!has_a_switch || (in16(acpi_->control_a) & kSciEnabled) != 0) return;
  port_.out8(acpi_->enable_port, acpi_->enable_value);
  for (unsigned i = 0; i < kPatience; ++i) {
    if ((in16(acpi_->control_a) & kSciEnabled) != 0) return;
  }
}

// The type first, then the command: some hardware takes them one after the other only.
void PowerSwitch::sleep(uint16_t control, uint8_t type) {
  const auto rest = static_cast<uint16_t>(in16(control) & ~(kSleepTypeMask | kSleepNow));
  const auto with_type = static_cast<uint16_t>(rest | type << kSleepTypeShift);
  out16(control, with_type);
  out16(control, with_type | kSleepNow);
}

void PowerSwitch::off() {
  if (!acpi_) return;
  enable_acpi();
  sleep(acpi_->control_a, acpi_->type_a);
  if (acpi_->control_b != 0) sleep(acpi_->control_b, acpi_->type_b);
  // It takes a moment: a processor that goes on at once would be seen going on.
  for (unsigned i = 0; i < kPatience; ++i) (void)in16(acpi_->control_a);
}

}  // namespace mobius::drivers
