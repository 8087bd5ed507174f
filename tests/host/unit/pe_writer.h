// PeWriter: makes small EXE files for tests. Everything has a sensible value that a test may
// overwrite, by name before file() or by offset in what file() returns.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace mobius::test {

struct PeSection {
  uint32_t address;
  uint32_t virtual_bytes;
  uint32_t raw_offset;
  uint32_t raw_bytes;
  uint32_t flags;
};

inline constexpr uint32_t kText = 0x60000020;   // code, execute, read
inline constexpr uint32_t kRdata = 0x40000040;  // data, read
inline constexpr uint32_t kData = 0xC0000040;   // data, read, write
inline constexpr uint32_t kBss = 0xC0000080;    // uninitialised data, read, write
inline constexpr uint32_t kDebug = 0x42000040;  // data, read, discardable

struct PeWriter {
  uint32_t new_header = 0x80;  // where the PE signature goes
  uint16_t machine = 0x14C;
  uint16_t file_flags = 0x0103;
  uint16_t optional_bytes = 0xE0;
  uint16_t magic = 0x10B;
  uint32_t entry = 0x1000;
  uint32_t base = 0x400000;
  uint32_t section_alignment = 0x1000;
  uint32_t file_alignment = 0x200;
  uint32_t image_bytes = 0;  // 0: up to the end of the last section
  uint32_t header_bytes = 0x400;
  uint32_t stack_reserve = 0x200000;
  uint32_t directories = 16;
  uint32_t import_address = 0;
  uint32_t import_bytes = 0;
  uint32_t file_bytes = 0;  // 0: up to the end of the last section's raw data
  std::vector<PeSection> sections;

  // Offsets of fields, for tests that break one byte by byte.
  uint32_t coff() const { return new_header + 4; }
  uint32_t optional() const { return new_header + 24; }
  uint32_t section(unsigned i) const { return optional() + optional_bytes + i * 40; }

  // The file; bytes outside the headers follow a pattern that never repeats within a page or two.
  std::vector<uint8_t> file() const {
    std::vector<uint8_t> f(size());
    for (size_t i = 0; i < f.size(); ++i)
      f[i] = static_cast<uint8_t>(1 + (i * 167 + i / 251) % 255);
    std::fill(f.begin(), f.begin() + std::min<size_t>(f.size(), header_bytes), 0);
    put16(f, 0, 0x5A4D);
    put32(f, 60, new_header);
    put32(f, new_header, 0x4550);
    put16(f, coff(), machine);
    put16(f, coff() + 2, static_cast<uint16_t>(sections.size()));
    put16(f, coff() + 16, optional_bytes);
    put16(f, coff() + 18, file_flags);
    put_optional(f);
    for (unsigned i = 0; i < sections.size(); ++i) put_section(f, section(i), sections[i]);
    return f;
  }

  static void put16(std::vector<uint8_t>& f, size_t at, uint16_t v) { put(f, at, &v, 2); }
  static void put32(std::vector<uint8_t>& f, size_t at, uint32_t v) { put(f, at, &v, 4); }

 private:
  size_t size() const {
    if (file_bytes != 0) return file_bytes;
    size_t end = header_bytes;
    for (const PeSection& s : sections) {
      if (s.raw_offset != 0) end = std::max<size_t>(end, s.raw_offset + s.raw_bytes);
    }
    return end;
  }
  uint32_t image_end() const {
    if (image_bytes != 0) return image_bytes;
    uint32_t end = header_bytes;
    for (const PeSection& s : sections) {
      const uint32_t bytes = s.virtual_bytes != 0 ? s.virtual_bytes : s.raw_bytes;
      end = std::max(end, s.address + bytes);
    }
    return (end + section_alignment - 1) / section_alignment * section_alignment;
  }
  void put_optional(std::vector<uint8_t>& f) const {
    const uint32_t o = optional();
    put16(f, o, magic);
    put32(f, o + 16, entry);
    put32(f, o + 28, base);
    put32(f, o + 32, section_alignment);
    put32(f, o + 36, file_alignment);
    put32(f, o + 56, image_end());
    put32(f, o + 60, header_bytes);
    put16(f, o + 68, 3);  // console
    put32(f, o + 72, stack_reserve);
    put32(f, o + 92, directories);
    put32(f, o + 96 + 8, import_address);
    put32(f, o + 96 + 12, import_bytes);
  }
  static void put_section(std::vector<uint8_t>& f, uint32_t at, const PeSection& s) {
    put(f, at, ".s\0\0\0\0\0\0", 8);
    put32(f, at + 8, s.virtual_bytes);
    put32(f, at + 12, s.address);
    put32(f, at + 16, s.raw_bytes);
    put32(f, at + 20, s.raw_offset);
    put32(f, at + 36, s.flags);
  }
  static void put(std::vector<uint8_t>& f, size_t at, const void* v, size_t n) {
    if (at + n <= f.size()) std::memcpy(f.data() + at, v, n);
  }
};

// A small EXE with the four usual kinds of section.
inline PeWriter usual() {
  PeWriter pe;
  pe.sections = {{0x1000, 0x1234, 0x400, 0x1400, kText},
                 {0x3000, 0x700, 0x1800, 0x800, kRdata},
                 {0x4000, 0x3210, 0x2000, 0x200, kData},
                 {0x8000, 0x5000, 0, 0, kBss}};
  return pe;
}

}  // namespace mobius::test
