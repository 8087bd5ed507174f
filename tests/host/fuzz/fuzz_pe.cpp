// Fuzz target: a file of any bytes, or a good EXE with any bytes of its headers overwritten. The
// first two bytes of input say how much longer the file is than its bytes here, the third which of
// the two. What is accepted must keep every promise of mm/objects/image_layout.h.
#include <cstring>

#include "loader/pe.h"
#include "unit/pe_writer.h"

namespace mobius {
namespace {

void check_pieces(const mm::ImageLayout& layout, uint64_t file_bytes) {
  KASSERT(layout.piece_count <= mm::kMaxImagePieces);
  uint64_t at = 0;
  for (const mm::ImagePiece& p : std::span(layout.pieces).first(layout.piece_count)) {
    KASSERT(at <= p.image_offset && p.bytes != 0);
    at = uint64_t{p.image_offset} + p.bytes;
    KASSERT(at <= uint64_t{layout.pages} << kPageShift);
    KASSERT(uint64_t{p.file_offset} + p.bytes <= file_bytes);
  }
}

void check_sections(const mm::ImageLayout& layout) {
  KASSERT(layout.section_count <= mm::kMaxImageSections);
  uint64_t page = 0;
  for (const mm::ImageSection& s : std::span(layout.sections).first(layout.section_count)) {
    KASSERT(page <= s.first && s.pages != 0);
    page = uint64_t{s.first} + s.pages;
    KASSERT(page <= layout.pages);
  }
}

void check(const mm::ImageLayout& layout, uint64_t file_bytes) {
  check_pieces(layout, file_bytes);
  check_sections(layout);
  KASSERT(layout.base.page_aligned() && layout.base.value >= kUserBegin && layout.pages != 0);
  KASSERT(layout.base.value + (uint64_t{layout.pages} << kPageShift) <= kUserEnd);
  KASSERT(VirtRange::of_pages(layout.base, layout.pages).contains(layout.entry));
}

// The headers of a good EXE with bytes overwritten: three bytes of input say where, and with what.
std::vector<uint8_t> patched(std::span<const uint8_t> patches) {
  static const std::vector<uint8_t> good = test::usual().file();
  std::vector<uint8_t> headers(good.begin(), good.begin() + 0x400);
  for (; patches.size() >= 3; patches = patches.subspan(3)) {
    headers[(patches[0] | patches[1] << 8) % 0x400u] = patches[2];
  }
  return headers;
}

void parse(std::span<const uint8_t> bytes, uint64_t file_bytes) {
  const auto file = std::as_bytes(bytes);
  const auto headers = file.first(std::min<size_t>(file.size(), loader::kMaxHeaderBytes));
  const auto needed = loader::header_bytes_needed(headers);
  if (needed) KASSERT(*needed <= loader::kMaxHeaderBytes);
  mm::ImageLayout layout;
  if (loader::parse_exe(headers, file_bytes, layout)) check(layout, file_bytes);
}

}  // namespace
}  // namespace mobius

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 3) return 0;
  uint16_t more;
  std::memcpy(&more, data, sizeof more);
  const std::span bytes(data + 3, size - 3);
  if (data[2] % 2 == 0) {
    mobius::parse(bytes, bytes.size() + more);
  } else {
    mobius::parse(mobius::patched(bytes), 0x400 + more);
  }
  return 0;
}
