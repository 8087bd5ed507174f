// R02: the boot loader's structures, read without trusting them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "unit/physical_span.h"

namespace mobius::bootinfo {
namespace {

// 64 KiB of physical memory that a test fills.
class FakeMemory {
 public:
  static constexpr uint64_t kStart = test::PhysicalSpan::kStart;

  template <typename T>
  void put(uint64_t address, T value) {
    std::memcpy(bytes_.data() + (address - kStart), &value, sizeof value);
  }
  void put_string(uint64_t address, const std::string& s) {
    std::memcpy(bytes_.data() + (address - kStart), s.c_str(), s.size() + 1);
  }
  test::PhysicalSpan physical() const { return test::PhysicalSpan(bytes_); }

 private:
  std::vector<std::byte> bytes_ = std::vector<std::byte>(0x10000);
};

constexpr uint64_t kInfo = 0x10000, kMap = 0x11000, kMods = 0x12000, kText = 0x13000;

struct MultibootInfo : testing::Test {
  void flags(uint32_t bits) { memory.put(kInfo, bits); }
  void field(uint32_t offset, uint32_t value) { memory.put(kInfo + offset, value); }

  // Appends an entry to the map; `size` is its size field.
  void entry(uint64_t base, uint64_t length, uint32_t type, uint32_t size = 20) {
    memory.put(kMap + map_bytes, size);
    memory.put(kMap + map_bytes + 4, base);
    memory.put(kMap + map_bytes + 12, length);
    memory.put(kMap + map_bytes + 20, type);
    map_bytes += size + 4;
    field(44, map_bytes);
    field(48, kMap);
  }
  Result<void> read() { return read_multiboot(memory.physical(), PhysAddr{kInfo}, info); }
  Error error() {
    const auto result = read();
    EXPECT_FALSE(result);
    return result ? Error{} : result.error();
  }
  bool reserves(uint64_t begin, uint64_t end) {
    return std::ranges::any_of(info.reserved(), [&](PhysRange r) {
      return r == PhysRange{PhysAddr{begin}, PhysAddr{end}};
    });
  }

  FakeMemory memory;
  uint32_t map_bytes = 0;
  BootInfo info;
};

TEST_F(MultibootInfo, R02_MapEntriesAreReadInOrder) {
  flags(1u << 6);
  entry(0, 0x9FC00, 1);
  entry(0x100000, 0x7EE0000, 1, 28);  // a longer entry than we know
  entry(0xFFFC0000, 0x40000, 2);
  entry(0x100000000, 0x80000000, 1);
  entry(0x7FE0000, 0x20000, 3);  // ACPI: not ours
  ASSERT_TRUE(read());
  ASSERT_EQ(info.map().size(), 5u);
  EXPECT_EQ(info.map()[1].base, 0x100000u);
  EXPECT_EQ(info.map()[1].length, 0x7EE0000u);
  EXPECT_EQ(info.map()[3].base, 0x100000000u);
  const bool expected[] = {true, true, false, true, false};
  for (int i = 0; i < 5; ++i) EXPECT_EQ(info.map()[i].available, expected[i]) << i;
  EXPECT_TRUE(reserves(kInfo, kInfo + 116));
  EXPECT_TRUE(reserves(kMap, kMap + map_bytes));
}

TEST_F(MultibootInfo, R02_ACutOffEntryEndsTheMap) {
  flags(1u << 6);
  entry(0x100000, 0x100000, 1);
  entry(0x300000, 0x100000, 1);
  for (uint32_t cut : {1u, 4u, 20u, 23u}) {
    field(44, map_bytes - cut);
    ASSERT_TRUE(read());
    EXPECT_EQ(info.map().size(), 1u) << cut;
  }
}

TEST_F(MultibootInfo, R02_AnEntryTooShortOrTooLongEndsTheMap) {
  for (uint32_t size : {0u, 19u, 0x1000u, 0xFFFFFFFFu, 0xFFFFFFFCu}) {
    flags(1u << 6);
    map_bytes = 0;
    entry(0x100000, 0x100000, 1);
    entry(0x300000, 0x100000, 1);
    memory.put(kMap + 24, size);
    ASSERT_TRUE(read());
    EXPECT_EQ(info.map().size(), 1u) << size;
  }
}

TEST_F(MultibootInfo, R02_WithoutAMapTheTwoSizesAreUsed) {
  flags(1u << 0);
  field(4, 639);
  field(8, 0xFFFFFFFF);  // kilobytes: 4 TiB must not wrap
  info.command.fill('x');
  ASSERT_TRUE(read());
  ASSERT_EQ(info.map().size(), 2u);
  EXPECT_EQ(info.map()[0].length, 639u << 10);
  EXPECT_EQ(info.map()[1].base, 1u << 20);
  EXPECT_EQ(info.map()[1].length, 0xFFFFFFFFull << 10);
  EXPECT_STREQ(info.command_line(), "");
}

TEST_F(MultibootInfo, R02_TheSizesAreNotUsedBesideAMap) {
  flags(1u << 0 | 1u << 6);
  field(8, 0x10000);
  entry(0x100000, 0x100000, 1);
  ASSERT_TRUE(read());
  EXPECT_EQ(info.map().size(), 1u);
}

TEST_F(MultibootInfo, R02_NoWordAboutMemoryIsAFailure) {
  flags(0);
  field(8, 0x10000);
  EXPECT_EQ(error(), Error::NotFound);
}

TEST_F(MultibootInfo, R02_ModulesAndTheirStringsAreReserved) {
  flags(1u << 0 | 1u << 3);
  field(8, 0x10000);
  field(20, 2);
  field(24, kMods);
  memory.put(kMods, uint32_t{0x200000});
  memory.put(kMods + 4, uint32_t{0x212345});
  memory.put(kMods + 8, static_cast<uint32_t>(kText));
  memory.put_string(kText, "first one");
  memory.put(kMods + 16, uint32_t{0x300000});
  memory.put(kMods + 20, uint32_t{0x300001});
  ASSERT_TRUE(read());
  EXPECT_TRUE(reserves(kMods, kMods + 32));
  EXPECT_TRUE(reserves(0x200000, 0x212345));
  EXPECT_TRUE(reserves(kText, kText + 10));
  EXPECT_TRUE(reserves(0x300000, 0x300001));
  memory.put(kMods + 20, uint32_t{0x2FFFFF});
  EXPECT_EQ(error(), Error::BadArgument);
}

TEST_F(MultibootInfo, R02_TooMuchToRememberIsRefused) {
  flags(1u << 0 | 1u << 3);
  field(8, 0x10000);
  field(24, kMods);
  field(20, kMaxBootModules);
  EXPECT_TRUE(read());
  field(20, kMaxBootModules + 1);
  EXPECT_EQ(error(), Error::LimitReached);

  flags(1u << 6);
  for (unsigned i = 0; i < kMaxMapEntries; ++i) entry(i << 20, 0x1000, 1);
  EXPECT_TRUE(read());
  entry(0, 0x1000, 2);
  EXPECT_EQ(error(), Error::LimitReached);
}

TEST_F(MultibootInfo, R02_TheCommandLineIsCopiedAndReserved) {
  flags(1u << 0 | 1u << 2 | 1u << 9);
  field(8, 0x10000);
  field(16, kText);
  field(64, kText + 0x800);
  memory.put_string(kText, "/boot/kernel.elf debug");
  memory.put_string(kText + 0x800, "GRUB");
  ASSERT_TRUE(read());
  EXPECT_STREQ(info.command_line(), "/boot/kernel.elf debug");
  EXPECT_TRUE(reserves(kText, kText + 23));
  EXPECT_TRUE(reserves(kText + 0x800, kText + 0x805));
}

TEST_F(MultibootInfo, R02_ALongCommandLineIsCutOff) {
  flags(1u << 0 | 1u << 2);
  field(8, 0x10000);
  field(16, kText);
  memory.put_string(kText, std::string(2000, 'x'));
  ASSERT_TRUE(read());
  EXPECT_EQ(std::string(info.command_line()), std::string(kMaxCommandLine - 1, 'x'));
}

TEST_F(MultibootInfo, R02_DrivesAndSectionHeadersAreReserved) {
  flags(1u << 0 | 1u << 5 | 1u << 7);
  field(8, 0x10000);
  field(28, 3);
  field(32, 40);
  field(36, 0x14000);
  field(52, 0x30);
  field(56, 0x15000);
  ASSERT_TRUE(read());
  EXPECT_TRUE(reserves(0x14000, 0x14000 + 120));
  EXPECT_TRUE(reserves(0x15000, 0x15030));
}

TEST_F(MultibootInfo, R02_UnreadableStructuresAreAFailure) {
  const auto physical = memory.physical();
  EXPECT_EQ(read_multiboot(physical, PhysAddr{0x20000 - 2}, info).error(), Error::BadAddress);
  EXPECT_EQ(read_multiboot(physical, PhysAddr{~0ull - 1}, info).error(), Error::BadAddress);
  const struct { uint32_t flag, field; } pointers[] = {{2, 16}, {3, 24}, {6, 48}, {9, 64}};
  for (const auto& p : pointers) {
    flags(1u << 0 | 1u << p.flag);
    field(8, 0x10000);
    field(20, 1);
    field(44, 24);
    field(p.field, 0xFFFFFFF0);
    EXPECT_EQ(error(), Error::BadAddress) << "flag bit " << p.flag;
  }
}

}  // namespace
}  // namespace mobius::bootinfo
