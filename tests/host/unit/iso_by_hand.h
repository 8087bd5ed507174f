// ISO 9660 volumes put together record by record, for tests.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "fs/iso9660_format.h"

namespace mobius::fs {

// An image put together record by record, to be broken at will.
class HandImage {
 public:
  static constexpr uint32_t kRoot = 18;  // the root directory's block
  // `root_use`: the system use field of the root's own record, which says whether there is Rock
  // Ridge (kRockRidge) on the volume.
  explicit HandImage(uint32_t blocks, const std::string& root_use = {})
      : bytes(size_t{blocks} * kIsoBlockBytes) {
    descriptor(16, 1);
    descriptor(17, 255);
    record(16, 156, kRoot, kIsoBlockBytes, 2, std::string(1, '\0'));
    directory(kRoot, kIsoBlockBytes, root_use);
  }

  void descriptor(uint32_t block, uint8_t type) {
    set8(block, 0, type);
    put(block, 1, "CD001");
    set8(block, 6, 1);
    set16(block, 128, kIsoBlockBytes);
  }
  // "." and ".." of an otherwise empty directory.
  void directory(uint32_t block, uint32_t size_bytes, const std::string& system_use = {}) {
    ends_[block] = 0;
    add(block, block, size_bytes, 2, std::string(1, '\0'), system_use);
    add(block, kRoot, kIsoBlockBytes, 2, std::string(1, '\1'));
  }
  // A record behind the last one of the directory at `block`; its offset.
  uint32_t add(uint32_t block, uint32_t extent, uint32_t size_bytes, uint8_t flags,
               const std::string& name, const std::string& system_use = {}) {
    const uint32_t at = ends_[block];
    ends_[block] += record(block, at, extent, size_bytes, flags, name, system_use);
    return at;
  }
  uint32_t record(uint32_t block, uint32_t at, uint32_t extent, uint32_t size_bytes, uint8_t flags,
                  const std::string& name, const std::string& system_use = {}) {
    const auto padded = static_cast<uint32_t>(33 + name.size() + (name.size() % 2 == 0 ? 1 : 0));
    const auto length = static_cast<uint32_t>(padded + system_use.size());
    set8(block, at, static_cast<uint8_t>(length));
    set32(block, at + 2, extent);
    set32(block, at + 10, size_bytes);
    set8(block, at + 25, flags);
    set8(block, at + 32, static_cast<uint8_t>(name.size()));
    put(block, at + 33, name);
    put(block, at + padded, system_use);
    return length;
  }

  void set8(uint32_t block, uint32_t at, uint8_t value) {
    bytes[size_t{block} * kIsoBlockBytes + at] = static_cast<std::byte>(value);
  }
  void set16(uint32_t block, uint32_t at, uint32_t value) {
    set8(block, at, static_cast<uint8_t>(value));
    set8(block, at + 1, static_cast<uint8_t>(value >> 8));
  }
  void set32(uint32_t block, uint32_t at, uint32_t value) {
    set16(block, at, value);
    set16(block, at + 2, value >> 16);
  }
  void put(uint32_t block, uint32_t at, const std::string& text) {
    for (size_t i = 0; i < text.size(); ++i) {
      set8(block, at + static_cast<uint32_t>(i), static_cast<uint8_t>(text[i]));
    }
  }

  std::vector<std::byte> bytes;

 private:
  std::map<uint32_t, uint32_t> ends_;
};

// System use entries.
inline std::string le32_text(uint32_t v) {
  return {static_cast<char>(v), static_cast<char>(v >> 8), static_cast<char>(v >> 16),
          static_cast<char>(v >> 24)};
}
inline std::string both32_text(uint32_t v) {
  return le32_text(v) + le32_text(__builtin_bswap32(v));
}
inline std::string su_entry(const char* signature, const std::string& body) {
  return std::string(signature, 2) + static_cast<char>(4 + body.size()) + '\1' + body;
}
inline std::string su_name(const std::string& name, char flags = 0) {
  return su_entry("NM", flags + name);
}
inline std::string su_mode(uint32_t mode) { return su_entry("PX", both32_text(mode)); }
inline const std::string kRockRidge = su_entry("SP", "\xBE\xEF" + std::string(1, '\0')) +
                                      su_mode(040755);
inline std::string su_more(uint32_t block, uint32_t offset, uint32_t bytes) {
  return su_entry("CE", both32_text(block) + both32_text(offset) + both32_text(bytes));
}
inline std::string su_child(uint32_t block) { return su_entry("CL", both32_text(block)); }

}  // namespace mobius::fs
