// What tests of the PE parser share: a layout carried out, and its promises checked.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "loader/pe.h"
#include "unit/pe_writer.h"

namespace mobius::test {

using Bytes = std::vector<uint8_t>;

inline std::span<const std::byte> headers_of(const Bytes& file) {
  return std::as_bytes(std::span(file))
      .first(std::min<size_t>(file.size(), loader::kMaxHeaderBytes));
}
inline Result<void> parse(const Bytes& file, mm::ImageLayout& out) {
  return loader::parse_exe(headers_of(file), file.size(), out);
}

// An image in memory, and page by page what may be done with it.
struct Image {
  Bytes bytes;
  std::vector<Access> access;
  std::vector<bool> code;
};

inline uint32_t page_up(uint32_t n) {
  return (n + 0xFFF) & ~0xFFFu;
}

// The model: the image as the format's text describes it, byte by byte.
inline Image expected_image(const PeWriter& pe, const Bytes& file) {
  uint32_t end = pe.header_bytes;
  for (const auto& s : pe.sections) end = std::max(end, s.address + std::max(s.virtual_bytes, 1u));
  const uint32_t pages = page_up(pe.image_bytes != 0 ? pe.image_bytes : end) >> 12;
  Image image{Bytes(pages << 12), std::vector(pages, Access::None), std::vector(pages, false)};
  const auto place = [&](uint32_t begin, uint32_t bytes, Access access, bool code) {
    for (uint32_t p = begin >> 12; p < page_up(begin + bytes) >> 12; ++p) {
      image.access[p] = std::max(image.access[p], access);
      if (code) image.code[p] = true;
    }
  };
  place(0, pe.header_bytes, Access::Read, false);
  std::copy_n(file.begin(), pe.header_bytes, image.bytes.begin());
  // Later sections overwrite what earlier ones have put into the rest of their last page.
  for (const auto& s : pe.sections) {
    const uint32_t bytes = s.virtual_bytes != 0 ? s.virtual_bytes : s.raw_bytes;
    if (bytes == 0) continue;
    const bool write = (s.flags & 0x80000000) != 0, read = (s.flags & 0x60000000) != 0;
    place(s.address, bytes,
          write  ? Access::ReadWrite
          : read ? Access::Read
                 : Access::None,
          (s.flags & 0x20000020) != 0);
    for (uint32_t at = s.address; at < page_up(s.address + bytes); ++at) {
      const uint64_t from = uint64_t{s.raw_offset} + (at - s.address);
      const bool in_file = s.raw_offset != 0 && at - s.address < s.raw_bytes && from < file.size();
      image.bytes[at] = in_file ? file[from] : 0;
    }
  }
  return image;
}

// What the layout makes of the file.
inline Image image_of(const mm::ImageLayout& layout, const Bytes& file) {
  Image image{Bytes(layout.pages << 12), std::vector(layout.pages, Access::None),
              std::vector(layout.pages, false)};
  for (const mm::ImagePiece& p : std::span(layout.pieces).first(layout.piece_count)) {
    std::copy_n(file.begin() + p.file_offset, p.bytes, image.bytes.begin() + p.image_offset);
  }
  for (const mm::ImageSection& s : std::span(layout.sections).first(layout.section_count)) {
    for (PageIndex p = s.first; p < s.first + s.pages; ++p) {
      image.access[p] = s.access;
      image.code[p] = s.code;
    }
  }
  return image;
}

// The promises of image_layout.h.
inline void expect_well_formed(const mm::ImageLayout& layout, uint64_t file_bytes) {
  uint64_t at = 0;
  for (const mm::ImagePiece& p : std::span(layout.pieces).first(layout.piece_count)) {
    ASSERT_LE(at, p.image_offset);
    ASSERT_GT(p.bytes, 0u);
    at = uint64_t{p.image_offset} + p.bytes;
    ASSERT_LE(at, uint64_t{layout.pages} << 12);
    ASSERT_LE(uint64_t{p.file_offset} + p.bytes, file_bytes);
  }
  uint64_t page = 0;
  for (const mm::ImageSection& s : std::span(layout.sections).first(layout.section_count)) {
    ASSERT_LE(page, s.first);
    ASSERT_GT(s.pages, 0u);
    page = uint64_t{s.first} + s.pages;
    ASSERT_LE(page, layout.pages);
  }
  ASSERT_TRUE(layout.base.page_aligned());
  ASSERT_TRUE(kUserRange.contains(VirtRange::of_pages(layout.base, layout.pages)));
  ASSERT_TRUE(VirtRange::of_pages(layout.base, layout.pages).contains(layout.entry));
}

}  // namespace mobius::test
