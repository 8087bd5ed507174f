// ACPI: the way to power-off is found through right tables of every kind; wrong ones count as none,
// whatever is in them.
#include <gtest/gtest.h>

#include <random>

#include "drivers/power_switch.h"
#include "unit/acpi_tables.h"

namespace mobius::drivers {
namespace {

using test::Bytes;
using test::firmware;
using test::Firmware;
using test::FirmwareParts;

std::optional<AcpiPowerOff> found(Firmware made) {
  return find_acpi_power_off(made);
}

TEST(Acpi, ThePackageIsFoundWithItsPorts) {
  const auto power = found(firmware({.control_b = 0x704}));
  ASSERT_TRUE(power);
  EXPECT_EQ(power->control_a, 0x604);
  EXPECT_EQ(power->control_b, 0x704);
  EXPECT_EQ(power->type_a, 5);
  EXPECT_EQ(power->type_b, 6);
  EXPECT_EQ(power->enable_port, 0xB2);
  EXPECT_EQ(power->enable_value, 0xF1);
}

TEST(Acpi, TheRootMayLieInTheExtensionOfTheBiosDataArea) {
  Firmware made = firmware({.root = 0x9FC10});
  EXPECT_FALSE(found(made));
  made.pieces[0x40E] = {0xC0, 0x9F};
  EXPECT_TRUE(found(made));
}

TEST(Acpi, TablesOfLaterVersionsHaveLongPointers) {
  const auto power = found(firmware({.control_b = 0x704, .long_pointers = true}));
  ASSERT_TRUE(power);
  EXPECT_EQ(power->control_a, 0x604);
  EXPECT_EQ(power->control_b, 0x704);
}

TEST(Acpi, ThePackageIsFoundWhereverItLies) {
  for (size_t at = 150; at < 800; ++at) EXPECT_TRUE(found(firmware({.code_at = at}))) << at;
  EXPECT_TRUE(found(firmware({.code_at = 70'000})));
}

TEST(Acpi, NumbersAndLengthsAreWrittenInSeveralWays) {
  const Bytes short_numbers = {0x08, '_', 'S', '5', '_', 0x12, 0x04, 0x02, 0x00, 0x01};
  const auto power = found(firmware({.code = short_numbers}));
  ASSERT_TRUE(power);
  EXPECT_EQ(power->type_a, 0);
  EXPECT_EQ(power->type_b, 1);
  const Bytes long_length = {0x08, '\\', '_',  'S',  '5',  '_',  0x12,
                             0x47, 0x00, 0x04, 0x0A, 0x07, 0x0A, 0x03};
  const auto other = found(firmware({.code = long_length}));
  ASSERT_TRUE(other);
  EXPECT_EQ(other->type_a, 7);
  EXPECT_EQ(other->type_b, 3);
}

TEST(Acpi, WhatIsNoSuchPackageIsPassedOver) {
  const Bytes wrong[] = {
      {'_', 'S', '5', '_', 0x12, 0x06, 0x04, 0x0A, 0x05, 0x0A, 0x05},        // not named
      {0x08, '_', 'S', '4', '_', 0x12, 0x06, 0x04, 0x0A, 0x05, 0x0A, 0x05},  // another state
      {0x08, '_', 'S', '5', '_', 0x11, 0x06, 0x04, 0x0A, 0x05, 0x0A, 0x05},  // no package
      {0x08, '_', 'S', '5', '_', 0x12, 0x04, 0x01, 0x0A, 0x05, 0x0A, 0x05},  // one element
      {0x08, '_', 'S', '5', '_', 0x12, 0x06, 0x04, 0x0A, 0x08, 0x0A, 0x05},  // no type
      {0x08, '_', 'S', '5', '_', 0x12, 0x06, 0x04, 0x0B, 0x05, 0x00, 0x05},  // no byte
      {0x08, '_', 'S', '5', '_', 0x12, 0x06, 0x04, 0x0A, 0x05, 0x0A},        // cut off
      {0x08, '_', 'S', '5', '_', 0x12, 0x06, 0x04},
      {0x08, '_', 'S', '5', '_', 0x12, 0xC0},
      {0x08, '_', 'S', '5', '_'},
      {0x08}};
  for (const Bytes& code : wrong) EXPECT_FALSE(found(firmware({.code = code}))) << code.size();
}

TEST(Acpi, HardwareWithoutTheRegistersHasNone) {
  EXPECT_FALSE(found(firmware({.control_a = 0})));
  EXPECT_FALSE(found(firmware({.flags = 1u << 20})));
  EXPECT_FALSE(found(Firmware()));
}

TEST(Acpi, ATableWithAWrongByteAnywhereIsNone) {
  const Firmware right = firmware({.code_at = 150});
  ASSERT_TRUE(found(right));
  for (const auto& [base, bytes] : right.pieces) {
    const size_t counted = base == FirmwareParts().root ? 20 : bytes.size();
    for (size_t i = 0; i < counted; ++i) {
      Firmware wrong = right;
      wrong.pieces[base][i] ^= 0x10;
      EXPECT_FALSE(found(wrong)) << std::hex << base << " + " << i;
    }
  }
}

// Random changes with the sums put right again: whatever comes of it, it ends soon, and a port and
// types that are found can be written.
TEST(Acpi, WhateverTheTablesSayItEnds) {
  std::mt19937 random(20);
  unsigned still_found = 0;
  for (int round = 0; round < 3000; ++round) {
    Firmware made = firmware({.code_at = 150, .long_pointers = round % 2 == 0});
    for (auto& [base, bytes] : made.pieces) {
      for (unsigned changes = random() % 3; changes > 0; --changes) {
        const size_t at = random() % bytes.size();
        bytes[at] = static_cast<uint8_t>(random() % 4 == 0 ? 0xFF : random());
      }
      if (random() % 8 == 0) bytes.resize(random() % bytes.size());
      const bool root = base == FirmwareParts().root;
      const size_t counted = root ? 20 : bytes.size();
      if (bytes.size() > 20) test::set_sum(bytes, root ? 8 : 9, std::min(counted, bytes.size()));
    }
    const auto power = find_acpi_power_off(made);
    EXPECT_LT(made.reads, 500'000u);
    if (!power) continue;
    ++still_found;
    EXPECT_TRUE(power->control_a != 0 && power->type_a < 8 && power->type_b < 8);
  }
  EXPECT_GT(still_found, 100u);
}

// Registers that note what was written, and switch ACPI on when they are told to.
class FixedHardware final : public RegisterPort {
 public:
  uint8_t in8(uint16_t) override { return 0xFF; }
  uint32_t in32(uint16_t) override { return 0xFFFFFFFF; }
  void out8(uint16_t port, uint8_t value) override {
    writes.emplace_back(port, value);
    if (port == 0xB2 && value == 0xF1) enabled_after = 3;
  }
  void out32(uint16_t, uint32_t) override {}
  void in16_many(uint16_t, uint16_t* to, uint32_t) override {
    if (enabled_after > 0 && --enabled_after == 0) control |= 1;
    *to = control;
  }
  void out16_many(uint16_t port, const uint16_t* from, uint32_t) override {
    writes.emplace_back(port, *from);
  }
  uint16_t control = 0x1C02;
  unsigned enabled_after = 0;
  std::vector<std::pair<uint16_t, uint16_t>> writes;
};

using Writes = std::vector<std::pair<uint16_t, uint16_t>>;

TEST(PowerSwitch, AcpiIsSwitchedOnThenBothRegistersAreTold) {
  FixedHardware hardware;
  PowerSwitch power(hardware, AcpiPowerOff{0x604, 0x704, 5, 6, 0xB2, 0xF1});
  power.off();
  EXPECT_EQ(
      hardware.writes,
      (Writes{{0xB2, 0xF1}, {0x604, 0x1403}, {0x604, 0x3403}, {0x704, 0x1803}, {0x704, 0x3803}}));
}

TEST(PowerSwitch, WhatIsOnIsNotSwitchedOn) {
  FixedHardware hardware;
  hardware.control = 1;
  PowerSwitch power(hardware, AcpiPowerOff{0x604, 0, 0, 0, 0xB2, 0xF1});
  power.off();
  EXPECT_EQ(hardware.writes, (Writes{{0x604, 1}, {0x604, 0x2001}}));
}

TEST(PowerSwitch, WithoutAcpiNothingIsWritten) {
  FixedHardware hardware;
  PowerSwitch power(hardware, std::nullopt);
  EXPECT_FALSE(power.present());
  power.off();
  EXPECT_TRUE(hardware.writes.empty());
}

}  // namespace
}  // namespace mobius::drivers
