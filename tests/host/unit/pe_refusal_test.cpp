// R17: no header is believed that lies.
#include "unit/pe_image.h"
#include "unit/pe_writer.h"

namespace mobius::loader {
namespace {

using mm::ImageLayout;
using namespace mobius::test;

Error error_of(const Bytes& file) {
  ImageLayout layout;
  const auto result = parse(file, layout);
  EXPECT_FALSE(result);
  return result ? Error{} : result.error();
}

struct Breakage {
  const char* name;
  void (*apply)(PeWriter&);
  Error error = Error::BadImage;
};

constexpr Breakage kBreakages[] = {
    {"machine", [](PeWriter& p) { p.machine = 0x8664; }},
    {"not executable", [](PeWriter& p) { p.file_flags = 0x0101; }},
    {"a DLL", [](PeWriter& p) { p.file_flags = 0x2103; }},
    {"PE32+", [](PeWriter& p) { p.magic = 0x20B; }},
    {"short optional header", [](PeWriter& p) { p.optional_bytes = 0x58, p.directories = 0; }},
    {"no sections", [](PeWriter& p) { p.sections.clear(); }},
    {"more directories than there is room for", [](PeWriter& p) { p.directories = 17; }},
    {"base 0", [](PeWriter& p) { p.base = 0; }},
    {"base not a page's", [](PeWriter& p) { p.base = 0x400800; }},
    {"base in the kernel's half", [](PeWriter& p) { p.base = 0x80000000; }},
    {"image across the user range's end", [](PeWriter& p) { p.base = 0x80000000 - 0xC000; }},
    {"image that wraps", [](PeWriter& p) { p.base = 0xFFFFF000; }},
    {"image larger than all", [](PeWriter& p) { p.image_bytes = 0xFFFFFFFF; }},
    {"image smaller than its sections", [](PeWriter& p) { p.image_bytes = 0xC000; }},
    {"image smaller than its headers",
     [](PeWriter& p) { p.image_bytes = 1, p.header_bytes = 0x1001; }},
    {"headers shorter than the table", [](PeWriter& p) { p.header_bytes = 0x1F0; }},
    {"headers into the first section", [](PeWriter& p) { p.header_bytes = 0x1001; }},
    {"section alignment 0", [](PeWriter& p) { p.image_bytes = 0xD000, p.section_alignment = 0; }},
    {"section alignment 3000", [](PeWriter& p) { p.section_alignment = 3000; }},
    {"file alignment 0", [](PeWriter& p) { p.file_alignment = 0; }},
    {"a section not aligned", [](PeWriter& p) { p.sections[1].address = 0x3800; }},
    {"sections overlap", [](PeWriter& p) { p.sections[0].virtual_bytes = 0x2001; }},
    {"sections out of order", [](PeWriter& p) { std::swap(p.sections[1], p.sections[2]); }},
    {"a section that wraps",
     [](PeWriter& p) { p.image_bytes = 0xD000, p.sections[3].virtual_bytes = 0xFFFFFFFF; }},
    {"a section outside",
     [](PeWriter& p) { p.image_bytes = 0xD000, p.sections[3].address = 0xFFFFF000; }},
    {"raw data after the file",
     [](PeWriter& p) {
       p.file_bytes = 0x3000, p.sections[3].raw_bytes = 1, p.sections[3].raw_offset = 0x3000;
     }},
    {"raw data far away",
     [](PeWriter& p) {
       p.file_bytes = 0x3000, p.sections[3].raw_bytes = 1, p.sections[3].raw_offset = 0xFFFFFFFF;
     }},
    {"entry 0", [](PeWriter& p) { p.entry = 0; }},
    {"entry in the headers", [](PeWriter& p) { p.entry = 0x200; }},
    {"entry behind the code", [](PeWriter& p) { p.entry = 0x2234; }},
    {"entry in data", [](PeWriter& p) { p.entry = 0x4000; }},
    {"entry outside", [](PeWriter& p) { p.entry = 0xFFFFFFFF; }},
    {"imports", [](PeWriter& p) { p.import_address = 0x3000, p.import_bytes = 40; },
     Error::NotSupported},
    {"shared writable section", [](PeWriter& p) { p.sections[2].flags |= 0x10000000; },
     Error::NotSupported},
};

TEST(PeRefusal, R17_EachBrokenFieldIsRefused) {
  ImageLayout layout;
  ASSERT_TRUE(parse(usual().file(), layout));
  for (const Breakage& b : kBreakages) {
    PeWriter pe = usual();
    b.apply(pe);
    EXPECT_EQ(error_of(pe.file()), b.error) << b.name;
  }
}

TEST(PeRefusal, R17_MagicNumbersAndPointersAreChecked) {
  const auto broken = [](size_t at, uint32_t value) {
    Bytes file = usual().file();
    PeWriter::put32(file, at, value);
    return file;
  };
  EXPECT_EQ(error_of(broken(0, 0x00005A4E)), Error::BadImage);
  EXPECT_EQ(error_of(broken(0x80, 0x4551)), Error::BadImage);
  for (uint32_t away : {0x10000u, 0xFFE8u, 0xFFE9u, 0xFFFFFFFFu, 0xFFFFFFE8u, 0x80000000u}) {
    EXPECT_EQ(error_of(broken(60, away)), Error::BadImage) << away;
  }
}

TEST(PeRefusal, R17_DelayedImportsAreToldApartToo) {
  Bytes file = usual().file();
  PeWriter::put32(file, usual().optional() + 96 + 13 * 8, 0x3000);
  PeWriter::put32(file, usual().optional() + 96 + 13 * 8 + 4, 64);
  EXPECT_EQ(error_of(file), Error::NotSupported);
}

TEST(PeRefusal, R17_EveryTruncationIsRefusedOrZeroFilled) {
  const Bytes whole = usual().file();
  for (size_t bytes = 0; bytes < whole.size(); ++bytes) {
    const Bytes file(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(bytes));
    ImageLayout layout;
    if (parse(file, layout)) {
      ASSERT_GT(bytes, 0x2000u);  // .data must have a first byte
      ASSERT_NO_FATAL_FAILURE(expect_well_formed(layout, bytes));
    }
  }
}

TEST(PeRefusal, R17_AnImportTableOfOnlyATerminatorIsNoImport) {
  PeWriter pe = usual();
  pe.import_address = 0x3000;
  pe.import_bytes = 20;
  ImageLayout layout;
  EXPECT_TRUE(parse(pe.file(), layout));
}

TEST(PeRefusal, R17_OneSectionTooMany) {
  PeWriter pe = usual();
  pe.header_bytes = 0x1000;
  for (auto& s : pe.sections) s.raw_offset = s.raw_bytes == 0 ? 0 : s.raw_offset + 0xC00;
  while (pe.sections.size() < kMaxPeSections) pe.sections.push_back({0x100000, 0, 0, 0, kData});
  ImageLayout layout;
  ASSERT_EQ(pe.section(96), 0x1078u);  // the table needs more than one page
  EXPECT_EQ(error_of(pe.file()), Error::BadImage);
  for (auto& s : pe.sections) s.address += 0x1000;
  pe.entry += 0x1000;
  pe.header_bytes = 0x1200;
  for (auto& s : pe.sections) s.raw_offset = s.raw_bytes == 0 ? 0 : s.raw_offset + 0x200;
  EXPECT_TRUE(parse(pe.file(), layout));
  pe.sections.push_back({0x100000, 0, 0, 0, kData});
  EXPECT_EQ(error_of(pe.file()), Error::BadImage);
}

TEST(PeRefusal, R17_RawDataThatBeginsWhereTheFileEnds) {
  PeWriter pe = usual();
  pe.file_bytes = 0x2000;
  EXPECT_EQ(error_of(pe.file()), Error::BadImage);
}

TEST(PeRefusal, R17_HeadersThatAreNotWhollyInTheFile) {
  PeWriter pe;
  pe.sections = {{0x1000, 0x10, 0x200, 0x10, kText}};
  pe.file_bytes = 0x400;
  ImageLayout layout;
  EXPECT_TRUE(parse(pe.file(), layout));
  pe.file_bytes = 0x3FF;
  EXPECT_EQ(error_of(pe.file()), Error::BadImage);
}

TEST(PeRefusal, R17_FewerHeaderBytesThanNeeded) {
  const Bytes file = usual().file();
  const auto all = headers_of(file);
  const uint32_t needed = usual().section(4);
  ImageLayout layout;
  EXPECT_TRUE(parse_exe(all.first(needed), file.size(), layout).has_value());
  EXPECT_TRUE(parse_exe(all.first(needed - 1), file.size(), layout) == Failure(Error::BadImage));
  EXPECT_TRUE(header_bytes_needed(all.first(kMinHeaderBytes)).has_value());
  EXPECT_TRUE(header_bytes_needed(all.first(kMinHeaderBytes - 1)) == Failure(Error::BadImage));
  EXPECT_TRUE(header_bytes_needed({}) == Failure(Error::BadImage));
}

TEST(PeRefusal, R17_HeadersLargerThanAnyoneNeeds) {
  Bytes file = usual().file();
  PeWriter::put16(file, usual().coff() + 2, 0xFFFF);
  EXPECT_TRUE(header_bytes_needed(headers_of(file)) == Failure(Error::BadImage));
  PeWriter::put16(file, usual().coff() + 2, (0x10000 - usual().section(0)) / 40);
  EXPECT_TRUE(header_bytes_needed(headers_of(file)).has_value());
  PeWriter::put16(file, usual().coff() + 2, (0x10000 - usual().section(0)) / 40 + 1);
  EXPECT_TRUE(header_bytes_needed(headers_of(file)) == Failure(Error::BadImage));
}

// --- What looks odd and is not refused.

void expect_accepted(const Bytes& file) {
  ImageLayout layout;
  ASSERT_TRUE(parse(file, layout).has_value());
  expect_well_formed(layout, file.size());
}

TEST(PeRefusal, R08_R17_AnImageMayEndWhereTheUserRangeEnds) {
  PeWriter pe = usual();
  pe.base = 0x80000000 - 0xD000;
  expect_accepted(pe.file());
  pe.base = 0x1000;
  expect_accepted(pe.file());
}

TEST(PeRefusal, R17_DirectoriesThatAreNotThereAreNotRead) {
  PeWriter pe = usual();
  pe.import_address = 0x3000;
  pe.import_bytes = 40;
  pe.directories = 1;
  expect_accepted(pe.file());
}

TEST(PeRefusal, R17_SharedSectionsThatNobodyWritesAreLikeOthers) {
  PeWriter pe = usual();
  pe.sections[1].flags |= 0x10000000;
  expect_accepted(pe.file());
}

}  // namespace
}  // namespace mobius::loader
