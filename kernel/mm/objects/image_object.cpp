// A page of an image is put together from the pieces of the file that reach into it.
#include "mm/objects/image_object.h"

#include <algorithm>

namespace mobius::mm {

namespace {

struct Overlap {
  uint32_t begin, end;  // offsets in the image; empty where begin >= end
};

Overlap overlap(const ImagePiece& piece, PageIndex page) {
  uint32_t page_begin = page << kPageShift;
  return {std::max(piece.image_offset, page_begin),
          std::min(piece.image_offset + piece.bytes, page_begin + kPageSize)};
}

}  // namespace

bool ImagePager::has(PageIndex page) const {
  for (uint32_t i = 0; i < layout_.piece_count; ++i) {
    Overlap part = overlap(layout_.pieces[i], page);
    if (part.begin < part.end) return true;
  }
  return false;
}

Result<void> ImagePager::transfer(Transfer direction, Place first,
                                  std::span<const FrameNumber> frames) {
  KASSERT(direction == Transfer::Read);
  PageIndex page = first.value;
  for (const FrameNumber frame : frames) TRY(read(page++, frame));
  return {};
}

Result<void> ImagePager::read(PageIndex page, FrameNumber frame) {
  memory_.zero(frame);
  for (uint32_t i = 0; i < layout_.piece_count; ++i) {
    const ImagePiece& piece = layout_.pieces[i];
    Overlap part = overlap(piece, page);
    if (part.begin >= part.end) continue;
    uint64_t from = static_cast<uint64_t>(piece.file_offset) + (part.begin - piece.image_offset);
    FrameSpan into{frame, part.begin & kPageOffsetMask, part.end - part.begin};
    TRY(file_.read(from, into));
  }
  return {};
}

}  // namespace mobius::mm
