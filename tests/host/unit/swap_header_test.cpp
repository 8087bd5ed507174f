// A swap device's first page: what is written is read; whatever else is there is refused by name.
#include "mm/swap/swap_header.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <functional>
#include <string>

#include "sim/random.h"

namespace mobius::mm {
namespace {

using Page = std::array<std::byte, kPageSize>;

Page page_of(uint64_t pages) {
  Page page;
  page.fill(std::byte{0xFF});
  format_swap_header({pages}, page);
  return page;
}

// Not the implementation's own: by the book, from the polynomial.
uint32_t checksum(const Page& page) {
  uint32_t crc = 0xFFFFFFFF;
  for (size_t i = 0; i < kPageSize - 4; ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      const bool in = (static_cast<uint8_t>(page[i]) >> bit & 1) != (crc & 1);
      crc >>= 1;
      if (in) crc ^= 0xEDB88320;
    }
  }
  return ~crc;
}

void put32(Page& page, size_t at, uint32_t value) {
  for (int i = 0; i < 4; ++i) page[at + i] = static_cast<std::byte>(value >> 8 * i);
}

TEST(SwapHeader, IsReadAsItWasWritten) {
  for (uint64_t pages : {kMinSwapPages, uint64_t{65536}, uint64_t{1} << 20, uint64_t{1} << 40}) {
    for (uint64_t more : {0, 1, 1000}) {
      const auto verdict = parse_swap_header(page_of(pages), pages + more);
      ASSERT_TRUE(verdict.accepted()) << pages;
      EXPECT_EQ(verdict.header().pages, pages);
    }
  }
}

TEST(SwapHeader, HasTheBytesThatTheHeaderFileShows) {
  const Page page = page_of(0x0123'4567'89AB);
  const char begin[] = "MobiSwap\x01\0\0\0\0\x10\0\0\xAB\x89\x67\x45\x23\x01\0";
  static_assert(sizeof begin == 24);
  EXPECT_EQ(std::memcmp(page.data(), begin, sizeof begin), 0);
  for (size_t i = 24; i < kPageSize - 4; ++i) ASSERT_EQ(page[i], std::byte{0}) << i;
  // From another implementation (Python's zlib): of the page for 65536 pages.
  const Page other = page_of(65536);
  uint32_t crc = 0;
  for (int i = 4; i-- > 0;) crc = crc << 8 | static_cast<uint8_t>(other[kPageSize - 4 + i]);
  EXPECT_EQ(crc, 0x850fe4edu);
  EXPECT_EQ(crc, checksum(other));
}

struct Case {
  const char* name;
  SwapRefusal refusal;
  std::function<void(Page&)> change;
  bool checksum_follows = true;
};

TEST(SwapHeader, IsRefusedByName) {
  const Case cases[] = {
      {"no header", SwapRefusal::Absent, [](Page& p) { p.fill(std::byte{0}); }, false},
      {"wrong signature", SwapRefusal::WrongSignature, [](Page& p) { p[0] = std::byte{'m'}; }},
      {"wrong signature", SwapRefusal::WrongSignature, [](Page& p) { p[7] = std::byte{0}; }},
      {"wrong signature", SwapRefusal::WrongSignature,
       [](Page& p) { p.fill(std::byte{0xFF}); }, false},
      {"old version", SwapRefusal::OldVersion, [](Page& p) { put32(p, 8, 0); }},
      {"version of a later system", SwapRefusal::NewVersion, [](Page& p) { put32(p, 8, 2); }},
      {"bad checksum", SwapRefusal::BadChecksum, [](Page& p) { put32(p, 16, 99); }, false},
      {"wrong page size", SwapRefusal::WrongPageSize, [](Page& p) { put32(p, 12, 8192); }},
      {"too small", SwapRefusal::TooSmall, [](Page& p) { put32(p, 16, kMinSwapPages - 1); }},
      {"larger than the device", SwapRefusal::LargerThanDevice,
       [](Page& p) { put32(p, 16, 1001); }},
      {"larger than the device", SwapRefusal::LargerThanDevice, [](Page& p) { put32(p, 20, 1); }},
  };
  for (const Case& c : cases) {
    Page page = page_of(1000);
    c.change(page);
    if (c.checksum_follows) put32(page, kPageSize - 4, checksum(page));
    const auto verdict = parse_swap_header(page, 1000);
    ASSERT_FALSE(verdict.accepted()) << c.name;
    EXPECT_EQ(verdict.refusal(), c.refusal) << c.name;
    EXPECT_STREQ(text_of(verdict.refusal()), c.name);
  }
}

TEST(SwapHeader, ADeviceMayBeTooSmallForAny) {
  const auto verdict = parse_swap_header(page_of(kMinSwapPages), kMinSwapPages - 1);
  ASSERT_FALSE(verdict.accepted());
  EXPECT_EQ(verdict.refusal(), SwapRefusal::DeviceTooSmall);
  EXPECT_STREQ(text_of(verdict.refusal()), "device too small");
}

TEST(SwapHeader, EveryChangedBitIsNoticed) {
  const Page good = page_of(5000);
  for (size_t at = 0; at < kPageSize; ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      if (at >= 24 && at < kPageSize - 4 && (at * 8 + bit) % 61 != 0) continue;
      Page page = good;
      page[at] ^= static_cast<std::byte>(1 << bit);
      ASSERT_FALSE(parse_swap_header(page, 6000).accepted()) << at << "." << bit;
    }
  }
}

TEST(SwapHeader, AnyBytesAreJudgedNotTrusted) {
  sim::Random random(1);
  for (int n = 0; n < 2000; ++n) {
    Page page = page_of(random.next());
    for (int i = 0; i < 30; ++i) page[random.below(32)] = static_cast<std::byte>(random.next());
    put32(page, kPageSize - 4, checksum(page));
    const uint64_t device = random.next() >> random.below(64);
    const auto verdict = parse_swap_header(page, device);
    if (verdict.accepted()) {
      EXPECT_LE(verdict.header().pages, device);
    }
  }
}

}  // namespace
}  // namespace mobius::mm
