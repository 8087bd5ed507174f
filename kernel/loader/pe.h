// PE/COFF for i386: the headers of an EXE turned into an ImageLayout (R17).
//
// Pure: bytes in, layout out; no I/O, no allocation. Every field is hostile until checked. What
// comes out is safe to page by without another look: the image lies in the user range, sections
// and pieces are in order, and everything ends inside image and file.
//
// How a section is placed: its bytes are [VirtualAddress, + VirtualSize), or SizeOfRawData where
// VirtualSize is 0; it takes all pages those touch. The file fills at most SizeOfRawData bytes of
// them, as far as those pages and the next section allow; the rest, and what lies past the end of
// the file, is zeros. Discardable sections (debug information) are placed like any other: pages
// that are never touched are never read.
// Source: Microsoft PE Format, "PE File Headers" and "Section Table".
#pragma once

#include <cstddef>
#include <span>

#include "base/result.h"
#include "mm/objects/image_layout.h"

namespace mobius::loader {

inline constexpr uint32_t kMinHeaderBytes = 64;         // the DOS header, which points to the rest
inline constexpr uint32_t kMaxHeaderBytes = 64 * 1024;  // more than 96 sections could ever need
inline constexpr unsigned kMaxPeSections = 96;

// How many bytes of the file's beginning parse_exe must see, at most kMaxHeaderBytes. Where that is
// more than `beginning` has, it may be a first answer only: read that many and ask again.
// Fails: BadImage (fewer than kMinHeaderBytes, or not an EXE at all).
Result<uint32_t> header_bytes_needed(std::span<const std::byte> beginning);

// Fills `out` from the first bytes of a file of `file_bytes` bytes.
// Fails: BadImage (not an i386 EXE, or one whose headers contradict themselves, the file or the
// user range; DLLs; fewer `headers` than needed), NotSupported (a proper EXE that wants what is not
// there: imports from DLLs, writable sections shared between processes). `out` is then undefined.
Result<void> parse_exe(std::span<const std::byte> headers, uint64_t file_bytes,
                       mm::ImageLayout& out);

}  // namespace mobius::loader
