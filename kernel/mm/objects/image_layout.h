// ImageLayout: where the pages of a module come from; the loader fills it in from the PE headers,
// image_object.cpp reads pages by it.
#pragma once

#include <cstdint>

#include "base/units.h"

namespace mobius::mm {

// A stretch of the image that comes from the file. Parts of pages that no piece covers are zeros.
// Offsets are bytes relative to the image base and the file's start; nothing need be aligned, and
// more than one piece may lie in a page. Pieces ascend in the image, do not overlap, are not empty,
// and end inside both the image and the file.
struct ImagePiece {
  uint32_t image_offset;
  uint32_t file_offset;
  uint32_t bytes;
};

// Pages of the image with one protection. Sections ascend, do not overlap, are not empty, and
// together with gaps (no access) cover the image. Neighbours that are alike are one section; a page
// that two sections of the file share allows what either allows.
struct ImageSection {
  PageIndex first;
  PageCount pages;
  Access access;
  bool code;  // for the words of a fault report: read-only code or read-only data
};

inline constexpr unsigned kMaxImagePieces = 97;  // PE's 96 sections and the headers
inline constexpr unsigned kMaxImageSections = 2 * kMaxImagePieces - 1;  // and the pages they share

struct ImageLayout {
  VirtAddr base;            // preferred base, page aligned, inside the user range with all pages
  PageCount pages;
  VirtAddr entry;           // address of the first instruction, inside the image
  uint32_t stack_reserve;   // SizeOfStackReserve, bytes as the file has them
  uint32_t piece_count;
  uint32_t section_count;
  ImagePiece pieces[kMaxImagePieces];
  ImageSection sections[kMaxImageSections];
};

}  // namespace mobius::mm
