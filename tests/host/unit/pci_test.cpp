// PCI: the walk over a made-up configuration space.
#include "drivers/pci.h"

#include <gtest/gtest.h>

#include <map>

namespace mobius::drivers {
namespace {

class FakePci final : public RegisterPort {
 public:
  void add(PciFunction at, uint32_t device_class, bool several = false, uint32_t buses = 0) {
    space_[key(at, 0x00)] = 0x12348086;
    space_[key(at, 0x04)] = 0xFFFF0001;  // every status bit is set: writing one back would clear it
    space_[key(at, 0x08)] = device_class << 16;
    space_[key(at, 0x0C)] = several ? 0x00800000 : 0;
    space_[key(at, 0x18)] = buses;
  }
  static uint32_t key(PciFunction at, uint32_t offset) {
    return 0x80000000u | at.bus << 16 | at.device << 11 | at.function << 8 | offset;
  }

  uint32_t in32(uint16_t port) override {
    ++reads;
    EXPECT_EQ(port, 0xCFC);
    const auto found = space_.find(address_);
    return found == space_.end() ? 0xFFFFFFFF : found->second;
  }
  void out32(uint16_t port, uint32_t value) override {
    if (port == 0xCF8) address_ = value;
    if (port == 0xCFC) written[address_] = value;
  }
  uint8_t in8(uint16_t) override { return 0xFF; }
  void out8(uint16_t, uint8_t) override {}
  void in16_many(uint16_t, uint16_t*, uint32_t) override {}
  void out16_many(uint16_t, const uint16_t*, uint32_t) override {}

  std::map<uint32_t, uint32_t> written;
  uint32_t reads = 0;

 private:
  std::map<uint32_t, uint32_t> space_;
  uint32_t address_ = 0;
};

TEST(Pci, FindsByClassInOrder) {
  FakePci fake;
  fake.add({0, 0, 0}, 0x0600);
  fake.add({0, 1, 0}, 0x0601, true);
  fake.add({0, 1, 1}, 0x0101);
  fake.add({0, 9, 0}, 0x0101);
  Pci pci(fake);
  EXPECT_EQ(pci.find(0x0101), (PciFunction{0, 1, 1}));
  EXPECT_EQ(pci.find(0x0101, 1), (PciFunction{0, 9, 0}));
  EXPECT_EQ(pci.find(0x0101, 2), std::nullopt);
  EXPECT_EQ(pci.find(0x0200), std::nullopt);
}

TEST(Pci, FunctionsOfADeviceThatHasOneAreEchoes) {
  FakePci fake;
  fake.add({0, 3, 0}, 0x0200);
  fake.add({0, 3, 5}, 0x0101);  // as hardware that ignores the function bits answers
  EXPECT_EQ(Pci(fake).find(0x0101), std::nullopt);
}

TEST(Pci, LooksBehindBridges) {
  FakePci fake;
  fake.add({0, 2, 0}, 0x0604, false, 0x00020100);  // buses 1 to 2
  fake.add({1, 4, 0}, 0x0604, false, 0x00020201);
  fake.add({2, 31, 0}, 0x0101);
  fake.add({7, 0, 0}, 0x0200);  // on a bus that nobody leads to
  Pci pci(fake);
  EXPECT_EQ(pci.find(0x0101), (PciFunction{2, 31, 0}));
  EXPECT_EQ(pci.find(0x0200), std::nullopt);
}

TEST(Pci, BridgesThatLieEndTheWalkToo) {
  FakePci fake;
  fake.add({0, 2, 0}, 0x0604, false, 0x00FF0000);
  fake.add({255, 0, 0}, 0x0604, false, 0x00FF0000);
  Pci pci(fake);
  EXPECT_EQ(pci.find(0x0101), std::nullopt);
  EXPECT_LT(fake.reads, 20'000u);
}

TEST(Pci, NoBusAtAll) {
  FakePci fake;
  EXPECT_EQ(Pci(fake).find(0x0101), std::nullopt);
}

TEST(Pci, EnablingKeepsTheCommandAndLeavesTheStatus) {
  FakePci fake;
  fake.add({0, 1, 1}, 0x0101);
  Pci(fake).enable({0, 1, 1}, kPciCommandMaster);
  EXPECT_EQ(fake.written[FakePci::key({0, 1, 1}, 4)], 0x00000005u);
}

}  // namespace
}  // namespace mobius::drivers
