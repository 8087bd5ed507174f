// R17: every page of an EXE is what its headers say.
#include <random>

#include "unit/pe_image.h"
#include "unit/pe_writer.h"

namespace mobius::loader {
namespace {

using mm::ImageLayout;
using namespace mobius::test;

void expect_image(const PeWriter& pe) {
  const Bytes file = pe.file();
  ImageLayout layout;
  ASSERT_TRUE(parse(file, layout));
  ASSERT_NO_FATAL_FAILURE(expect_well_formed(layout, file.size()));
  const Image expected = expected_image(pe, file);
  const Image actual = image_of(layout, file);
  ASSERT_EQ(actual.bytes.size(), expected.bytes.size());
  for (size_t i = 0; i < expected.bytes.size(); ++i) {
    ASSERT_EQ(actual.bytes[i], expected.bytes[i]) << "image byte " << std::hex << i;
  }
  ASSERT_EQ(actual.access, expected.access);
  ASSERT_EQ(actual.code, expected.code);
}

TEST(Pe, R17_HeadersAreAtTheBaseAndSectionsAtTheirAddresses) {
  ImageLayout layout;
  ASSERT_TRUE(parse(usual().file(), layout));
  EXPECT_EQ(layout.base, VirtAddr{0x400000});
  EXPECT_EQ(layout.entry, VirtAddr{0x401000});
  EXPECT_EQ(layout.pages, 13u);
  EXPECT_EQ(layout.stack_reserve, 0x200000u);
  expect_image(usual());
}

TEST(Pe, R17_VirtualSizeBeyondRawDataReadsZeros) {
  PeWriter pe = usual();
  pe.sections[2] = {0x4000, 0x3FFF, 0x2000, 0x123, kData};
  expect_image(pe);
}

TEST(Pe, R17_RawDataBeyondVirtualSizeEndsWithItsLastPage) {
  PeWriter pe = usual();
  pe.sections[1] = {0x3000, 0x10, 0x1800, 0x1800, kRdata};
  pe.sections[2].raw_offset = 0x3000;
  expect_image(pe);
}

TEST(Pe, R17_WithoutAVirtualSizeTheRawSizeCounts) {
  PeWriter pe = usual();
  pe.sections[0].virtual_bytes = 0;
  expect_image(pe);
}

TEST(Pe, R17_SectionsThatShareAPageAllowWhatEitherAllows) {
  PeWriter pe;
  pe.section_alignment = pe.file_alignment = 0x200;
  pe.entry = 0x400;
  pe.sections = {{0x400, 0x900, 0x400, 0xA00, kText},
                 {0xE00, 0x300, 0xE00, 0x400, kRdata},
                 {0x1200, 0x1000, 0x1200, 0x200, kData},
                 {0x2200, 0x100, 0, 0, kBss},
                 {0x2400, 0x1D00, 0x1400, 0x200, kDebug}};
  expect_image(pe);
  ImageLayout layout;
  ASSERT_TRUE(parse(pe.file(), layout));
  ASSERT_EQ(layout.section_count, 3u);
  EXPECT_TRUE(layout.sections[0].code);
  EXPECT_EQ(layout.sections[0].access, Access::Read);
  EXPECT_EQ(layout.sections[1].pages, 2u);
  EXPECT_EQ(layout.sections[1].access, Access::ReadWrite);
}

TEST(Pe, R17_BssOnlySectionsTakeNothingFromTheFile) {
  PeWriter pe = usual();
  pe.sections[3].raw_bytes = 0x5000;  // as old linkers wrote it: a size, but no place in the file
  expect_image(pe);
  ImageLayout layout;
  ASSERT_TRUE(parse(pe.file(), layout));
  EXPECT_EQ(layout.piece_count, 4u);
}

TEST(Pe, R17_HeadersOfMoreThanAPage) {
  PeWriter pe;
  pe.new_header = 0x1F00;
  pe.header_bytes = 0x2400;
  pe.entry = 0x3010;
  pe.sections = {{0x3000, 0x1000, 0x2400, 0x1000, kText}};
  expect_image(pe);
  const Bytes file = pe.file();
  const auto all = headers_of(file);
  const auto first = header_bytes_needed(all.first(4096));
  ASSERT_TRUE(first);
  EXPECT_EQ(*first, 0x1F18u);
  EXPECT_EQ(*header_bytes_needed(all.first(*first)), 0x1F18u + 0xE0 + 40);
  EXPECT_EQ(*header_bytes_needed(all), 0x1F18u + 0xE0 + 40);
  ImageLayout layout;
  EXPECT_TRUE(parse_exe(all.first(0x1F18 + 0xE0 + 40), file.size(), layout));
}

TEST(Pe, R17_NinetySixSectionsOfAlternatingKind) {
  PeWriter pe;
  pe.section_alignment = pe.file_alignment = 16;
  pe.header_bytes = 0x1200;
  pe.entry = 0x1200;
  for (uint32_t i = 0; i < kMaxPeSections; ++i) {
    // Each ends in the middle of a page in which the next begins.
    pe.sections.push_back(
        {0x1200 + i * 0x2010, 0x2010, 0x1200 + i * 16, 16, i % 2 == 0 ? kText : kData});
  }
  expect_image(pe);
}

TEST(Pe, R17_DiscardableSectionsArePlacedLikeOthers) {
  PeWriter pe = usual();
  pe.sections.push_back({0xD000, 0x1800, 0x2200, 0x1800, kDebug});
  expect_image(pe);
}

TEST(Pe, R17_AGapBetweenSectionsHasNoAccess) {
  PeWriter pe = usual();
  pe.sections[1].address = 0x8000;
  pe.sections[2].address = 0x9000;
  pe.sections[3].address = 0x20000;
  expect_image(pe);
}

TEST(Pe, R17_RawDataPastTheEndOfTheFileReadsZeros) {
  PeWriter pe = usual();
  pe.file_bytes = 0x2001;  // one byte of .data is there
  expect_image(pe);
}

TEST(Pe, R17_FiveThousandGeneratedFilesAgreeWithTheModel) {
  std::mt19937 random(17);
  const auto below = [&](uint32_t n) -> uint32_t { return random() % n; };
  const uint32_t flags[] = {kText, kRdata, kData, kBss, kDebug, 0x00000040, 0x20000000};
  for (int round = 0; round < 5'000; ++round) {
    PeWriter pe;
    pe.section_alignment = pe.file_alignment = 1u << (4 + below(9));
    const auto align = [&](uint32_t n) {
      return (n + pe.section_alignment - 1) / pe.section_alignment * pe.section_alignment;
    };
    pe.header_bytes = 0x400 + below(0x1800);
    uint32_t at = align(pe.header_bytes) + below(2) * pe.section_alignment;
    pe.entry = at;
    for (uint32_t i = 0, n = 1 + below(7); i < n; ++i) {
      const uint32_t bytes = below(5) == 0 ? 0 : 1 + below(0x2800);
      const uint32_t raw = below(4) == 0 ? 0 : 1 + below(0x2800);
      pe.sections.push_back({at, bytes, raw == 0 && below(2) == 0 ? 0u : 1 + below(0x3000), raw,
                             i == 0 ? kText : flags[below(7)]});
      if (i == 0 && bytes == 0 && raw == 0) pe.sections[0].virtual_bytes = 1;
      const uint32_t taken = bytes != 0 ? bytes : raw;
      at = align(at + std::max(taken, 1u)) + (below(4) == 0 ? pe.section_alignment * below(4) : 0);
    }
    pe.file_bytes = 0x3400 + below(0x2000);
    pe.image_bytes = at + 0x1000;
    ASSERT_NO_FATAL_FAILURE(expect_image(pe)) << "round " << round;
  }
}

}  // namespace
}  // namespace mobius::loader
