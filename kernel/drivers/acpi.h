// ACPI, as much of it as switching the machine off takes: from the root pointer in the BIOS area to
// the fixed table (FADT), and in the definition block (DSDT) the package \_S5_, which is looked for
// by its bytes: no byte code is run.
//
// The tables are the firmware's: they may lie anywhere below 4 GiB, and say anything. Whatever is
// not as the specification has it, or has a wrong checksum, counts as not there.
// Source: ACPI Specification 6.5, sections 5.2.5 to 5.2.9, 7.4.2, 20.2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace mobius::drivers {

// Port: bytes of physical memory, reserved or not.
class PhysicalMemoryReader {
 public:
  // Fills `into` from `from` on; false, where that goes beyond 4 GiB.
  virtual bool read(uint32_t from, std::span<uint8_t> into) = 0;

 protected:
  ~PhysicalMemoryReader() = default;
};

// What a write to the power management control registers takes.
struct AcpiPowerOff {
  uint16_t control_a = 0, control_b = 0;  // ports of PM1a_CNT, PM1b_CNT; 0: there is no second one
  uint8_t type_a = 0, type_b = 0;         // SLP_TYP of the state S5 in each
  uint16_t enable_port = 0;               // SMI_CMD; 0: ACPI is always on
  uint8_t enable_value = 0;               // written there it switches ACPI on
};

// Nothing where the firmware offers none, or its tables are of no use.
std::optional<AcpiPowerOff> find_acpi_power_off(PhysicalMemoryReader& memory);

}  // namespace mobius::drivers
