// The PE parser: headers first, then the sections in file order, each laid behind the one before.
#include "loader/pe.h"

#include <algorithm>

#include "loader/pe_format.h"

namespace mobius::loader {
namespace {

using pe::Fields;

constexpr Failure kBadImage{Error::BadImage};
constexpr Failure kNotSupported{Error::NotSupported};

constexpr bool power_of_two(uint32_t n) {
  return n != 0 && (n & (n - 1)) == 0;
}
constexpr uint32_t page_ceil(uint64_t bytes) {
  return static_cast<uint32_t>((bytes + kPageOffsetMask) >> kPageShift);
}

// What the parser wants of one section table entry.
struct Section {
  explicit Section(Fields f)
      : address(f.u32(pe::kSecAddress)),
        raw_bytes(f.u32(pe::kSecRawBytes)),
        raw_offset(f.u32(pe::kSecRawOffset)),
        flags(f.u32(pe::kSecFlags)) {
    const uint32_t stated = f.u32(pe::kSecVirtualBytes);
    end = uint64_t{address} + (stated != 0 ? stated : raw_bytes);
  }
  bool empty() const { return end == address; }
  bool has_file_bytes() const { return raw_offset != 0 && raw_bytes != 0; }
  bool code() const { return (flags & (pe::kSecCode | pe::kSecExecute)) != 0; }
  Access access() const {
    if ((flags & pe::kSecWrite) != 0) return Access::ReadWrite;
    return (flags & (pe::kSecRead | pe::kSecExecute)) != 0 ? Access::Read : Access::None;
  }

  uint32_t address;  // relative to the image base, as `end`
  uint64_t end;
  uint32_t raw_bytes;
  uint32_t raw_offset;
  uint32_t flags;
};

// Collects pages and pieces in ascending order.
class LayoutBuilder {
 public:
  LayoutBuilder(mm::ImageLayout& out, uint64_t file_bytes) : out_(out), file_bytes_(file_bytes) {
    out_.piece_count = out_.section_count = 0;
  }

  // Pages touched by image bytes [begin, end), not empty, behind all added before; the first may be
  // the last of those.
  void add_pages(uint32_t begin, uint64_t end, Access access, bool code) {
    PageIndex first = begin >> kPageShift;
    if (first < end_page()) {
      share_last_page(access, code);
      ++first;
    }
    const PageIndex last = page_ceil(end);
    if (first < last) append({first, last - first, access, code});
  }

  // File bytes from `offset`, at most `limit` of them, to image bytes from `begin`. What lies past
  // the file's end stays zeros. Requires: `offset` is inside the file; `limit` is not 0.
  void add_piece(uint32_t begin, uint32_t offset, uint64_t limit) {
    KASSERT(out_.piece_count < mm::kMaxImagePieces);
    const auto bytes = static_cast<uint32_t>(std::min<uint64_t>(limit, file_bytes_ - offset));
    out_.pieces[out_.piece_count++] = {begin, offset, bytes};
  }

  // Ends the last piece at `begin`, where the next section begins. Requires: it begins before.
  void cut_at(uint32_t begin) {
    mm::ImagePiece& last = out_.pieces[out_.piece_count - 1];
    last.bytes = std::min(last.bytes, begin - last.image_offset);
  }

 private:
  PageIndex end_page() const {
    if (out_.section_count == 0) return 0;
    const mm::ImageSection& last = out_.sections[out_.section_count - 1];
    return last.first + last.pages;
  }

  void share_last_page(Access access, bool code) {
    mm::ImageSection& last = out_.sections[out_.section_count - 1];
    const mm::ImageSection page{last.first + last.pages - 1, 1, std::max(last.access, access),
                                last.code || code};
    if (--last.pages == 0) --out_.section_count;
    append(page);
  }

  void append(mm::ImageSection section) {
    if (out_.section_count != 0) {
      mm::ImageSection& last = out_.sections[out_.section_count - 1];
      if (end_page() == section.first && last.access == section.access &&
          last.code == section.code) {
        last.pages += section.pages;
        return;
      }
    }
    KASSERT(out_.section_count < mm::kMaxImageSections);
    out_.sections[out_.section_count++] = section;
  }

  mm::ImageLayout& out_;
  const uint64_t file_bytes_;
};

class Parser {
 public:
  // Requires: `headers` has as many bytes as header_bytes_needed says.
  Parser(Fields headers, uint64_t file_bytes, mm::ImageLayout& out)
      : file_bytes_(file_bytes),
        coff_(headers.at(headers.u32(pe::kDosNewHeader))),
        coff_offset_(headers.u32(pe::kDosNewHeader)),
        optional_(coff_.at(pe::kCoffBytes)),
        optional_bytes_(coff_.u16(pe::kCoffOptionalBytes)),
        out_(out),
        layout_(out, file_bytes) {}

  Result<void> parse() {
    TRY(check_file_header());
    TRY(check_directories());
    TRY(place_image());
    TRY(place_headers());
    const Fields table = optional_.at(optional_bytes_);
    for (unsigned i = 0; i < section_count(); ++i) {
      TRY(place_section(Section(table.at(i * pe::kSecBytes))));
    }
    if (!entry_found_) return kBadImage;
    return {};
  }

 private:
  unsigned section_count() const { return coff_.u16(pe::kCoffSections); }
  uint32_t table_end() const {
    return coff_offset_ + pe::kCoffBytes + optional_bytes_ + section_count() * pe::kSecBytes;
  }
  uint64_t image_bytes() const { return uint64_t{out_.pages} << kPageShift; }

  Result<void> check_file_header() const {
    const uint16_t flags = coff_.u16(pe::kCoffFlags);
    if (coff_.u16(pe::kCoffMachine) != pe::kMachineI386) return kBadImage;
    if ((flags & pe::kFileExecutable) == 0 || (flags & pe::kFileDll) != 0) return kBadImage;
    if (section_count() > kMaxPeSections) return kBadImage;
    if (optional_bytes_ < pe::kOptBytes || optional_.u16(0) != pe::kOptionalMagic) return kBadImage;
    return {};
  }

  // GNU ld gives every EXE an import table; where nothing is imported it is the terminator alone.
  Result<void> check_directories() const {
    const uint32_t count = optional_.u32(pe::kOptDirectories);
    if (count > (optional_bytes_ - pe::kOptBytes) / pe::kDirectoryBytes) return kBadImage;
    const Fields directories = optional_.at(pe::kOptBytes);
    for (const pe::ImportDirectory d : {pe::kImports, pe::kDelayImports}) {
      if (d.index >= count) continue;
      const Fields directory = directories.at(d.index * pe::kDirectoryBytes);
      if (directory.u32(4) > d.entry_bytes) return kNotSupported;
    }
    return {};
  }

  Result<void> place_image() {
    alignment_ = optional_.u32(pe::kOptSectionAlignment);
    const uint32_t file_alignment = optional_.u32(pe::kOptFileAlignment);
    if (!power_of_two(alignment_) || !power_of_two(file_alignment)) return kBadImage;
    out_.base = {optional_.u32(pe::kOptBase)};
    out_.pages = page_ceil(optional_.u32(pe::kOptImageBytes));
    out_.stack_reserve = optional_.u32(pe::kOptStackReserve);
    // The format asks for a multiple of 64 KiB; a page is all that paging needs.
    if (!out_.base.page_aligned() || out_.base < kUserRange.begin ||
        out_.base.value + image_bytes() > kUserEnd) {
      return kBadImage;
    }
    entry_ = optional_.u32(pe::kOptEntry);
    return {};
  }

  // That they end inside the image follows from the section that the entry point must lie in.
  Result<void> place_headers() {
    const uint32_t bytes = optional_.u32(pe::kOptHeaderBytes);
    if (bytes < table_end() || bytes > file_bytes_) return kBadImage;
    layout_.add_pages(0, bytes, Access::Read, false);
    layout_.add_piece(0, 0, bytes);
    end_ = bytes;
    return {};
  }

  Result<void> place_section(const Section& s) {
    if ((s.address & (alignment_ - 1)) != 0) return kBadImage;
    if (s.empty()) return {};
    if (s.address < end_ || s.end > image_bytes()) return kBadImage;
    if ((s.flags & pe::kSecShared) != 0 && s.access() == Access::ReadWrite) return kNotSupported;
    layout_.add_pages(s.address, s.end, s.access(), s.code());
    layout_.cut_at(s.address);
    if (s.has_file_bytes()) {
      if (s.raw_offset >= file_bytes_) return kBadImage;
      const uint64_t room = (uint64_t{page_ceil(s.end)} << kPageShift) - s.address;
      layout_.add_piece(s.address, s.raw_offset, std::min<uint64_t>(s.raw_bytes, room));
    }
    if (s.code() && s.address <= entry_ && entry_ < s.end) {
      entry_found_ = true;
      out_.entry = out_.base + entry_;
    }
    end_ = s.end;
    return {};
  }

  const uint64_t file_bytes_;
  const Fields coff_;
  const uint32_t coff_offset_;
  const Fields optional_;
  const uint32_t optional_bytes_;
  mm::ImageLayout& out_;
  LayoutBuilder layout_;
  uint32_t alignment_ = 0;
  uint32_t entry_ = 0;
  bool entry_found_ = false;
  uint64_t end_ = 0;  // of what has been placed so far
};

}  // namespace

Result<uint32_t> header_bytes_needed(std::span<const std::byte> beginning) {
  if (beginning.size() < kMinHeaderBytes) return kBadImage;
  const Fields dos(beginning.data());
  if (dos.u16(0) != pe::kDosMagic) return kBadImage;
  const uint32_t coff = dos.u32(pe::kDosNewHeader);
  if (coff > kMaxHeaderBytes - pe::kCoffBytes) return kBadImage;
  if (beginning.size() < coff + pe::kCoffBytes) return coff + pe::kCoffBytes;
  const Fields file = dos.at(coff);
  if (file.u32(0) != pe::kSignature) return kBadImage;
  const uint32_t bytes = coff + pe::kCoffBytes + file.u16(pe::kCoffOptionalBytes) +
                         file.u16(pe::kCoffSections) * pe::kSecBytes;
  if (bytes > kMaxHeaderBytes) return kBadImage;
  return bytes;
}

Result<void> parse_exe(std::span<const std::byte> headers, uint64_t file_bytes,
                       mm::ImageLayout& out) {
  if (TRY(header_bytes_needed(headers)) > headers.size()) return kBadImage;
  return Parser(Fields(headers.data()), file_bytes, out).parse();
}

}  // namespace mobius::loader
