// The parts of the PE/COFF format that the parser reads: offsets into each header, and flag bits.
// Source: Microsoft PE Format. All numbers in a file are little-endian and need not be aligned.
#pragma once

#include <cstddef>
#include <cstdint>

namespace mobius::loader::pe {

// The DOS header.
inline constexpr uint16_t kDosMagic = 0x5A4D;  // "MZ"
inline constexpr uint32_t kDosNewHeader = 60;  // where the signature is

// The signature and, behind it, the COFF file header; offsets from the signature.
inline constexpr uint32_t kSignature = 0x00004550;  // "PE\0\0"
inline constexpr uint32_t kCoffMachine = 4, kCoffSections = 6, kCoffOptionalBytes = 20,
                          kCoffFlags = 22, kCoffBytes = 24;
inline constexpr uint16_t kMachineI386 = 0x014C;
inline constexpr uint16_t kFileExecutable = 0x0002, kFileDll = 0x2000;

// The optional header, PE32.
inline constexpr uint16_t kOptionalMagic = 0x010B;
inline constexpr uint32_t kOptEntry = 16, kOptBase = 28, kOptSectionAlignment = 32,
                          kOptFileAlignment = 36, kOptImageBytes = 56, kOptHeaderBytes = 60,
                          kOptStackReserve = 72, kOptDirectories = 92, kOptBytes = 96;
inline constexpr uint32_t kDirectoryBytes = 8;  // address, size

// The two directories that name DLLs: lists of entries that end with one of zeros.
struct ImportDirectory {
  uint32_t index;
  uint32_t entry_bytes;
};
inline constexpr ImportDirectory kImports{1, 20}, kDelayImports{13, 32};

// One entry of the section table.
inline constexpr uint32_t kSecVirtualBytes = 8, kSecAddress = 12, kSecRawBytes = 16,
                          kSecRawOffset = 20, kSecFlags = 36, kSecBytes = 40;
inline constexpr uint32_t kSecCode = 0x00000020, kSecShared = 0x10000000, kSecExecute = 0x20000000,
                          kSecRead = 0x40000000, kSecWrite = 0x80000000;

// A stretch of header bytes known to be there; `offset` + the field must lie inside it.
class Fields {
 public:
  constexpr explicit Fields(const std::byte* bytes) : bytes_(bytes) {}
  constexpr uint16_t u16(uint32_t offset) const {
    return static_cast<uint16_t>(u8(offset) | u8(offset + 1) << 8);
  }
  constexpr uint32_t u32(uint32_t offset) const {
    return u16(offset) | static_cast<uint32_t>(u16(offset + 2)) << 16;
  }
  constexpr Fields at(uint32_t offset) const { return Fields(bytes_ + offset); }

 private:
  constexpr unsigned u8(uint32_t offset) const { return static_cast<unsigned>(bytes_[offset]); }
  const std::byte* bytes_;
};

}  // namespace mobius::loader::pe
