// Firmware made by hand: physical memory with ACPI tables of every kind in it, right and wrong.
#pragma once

#include <algorithm>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/acpi.h"

namespace mobius::test {

using Bytes = std::vector<uint8_t>;

// Pieces of memory, zeros between them. Notes whether anybody read beyond 4 GiB.
class Firmware final : public drivers::PhysicalMemoryReader {
 public:
  bool read(uint32_t from, std::span<uint8_t> into) override {
    reads += 1;
    if (uint64_t{from} + into.size() > uint64_t{1} << 32) return false;
    std::ranges::fill(into, uint8_t{0});
    for (const auto& [base, bytes] : pieces) {
      if (base >= uint64_t{from} + into.size() || from >= uint64_t{base} + bytes.size()) continue;
      for (size_t i = 0; i < into.size(); ++i) {
        const uint64_t at = uint64_t{from} + i;
        if (at >= base && at - base < bytes.size()) into[i] = bytes[at - base];
      }
    }
    return true;
  }
  std::map<uint32_t, Bytes> pieces;
  uint64_t reads = 0;
};

inline void put(Bytes& bytes, size_t at, uint64_t value, size_t count) {
  if (bytes.size() < at + count) bytes.resize(at + count);
  for (size_t i = 0; i < count; ++i) bytes[at + i] = static_cast<uint8_t>(value >> 8 * i);
}

inline void set_sum(Bytes& bytes, size_t at, size_t count) {
  bytes[at] = 0;
  uint8_t sum = 0;
  for (size_t i = 0; i < count; ++i) sum = static_cast<uint8_t>(sum + bytes[i]);
  bytes[at] = static_cast<uint8_t>(-sum);
}

inline Bytes table(std::string_view signature, const Bytes& body) {
  Bytes bytes(signature.begin(), signature.end());
  bytes.resize(36);
  bytes.insert(bytes.end(), body.begin(), body.end());
  put(bytes, 4, bytes.size(), 4);
  set_sum(bytes, 9, bytes.size());
  return bytes;
}

struct FirmwareParts {
  uint32_t root = 0xE0050, list = 0x3FE1000, fixed = 0x3FE2000, definitions = 0xFFFE0000;
  uint16_t control_a = 0x604, control_b = 0, smi = 0xB2;
  uint8_t enable = 0xF1;
  uint32_t flags = 0;
  Bytes code = {0x08, '_', 'S', '5', '_', 0x12, 0x06, 0x04, 0x0A, 0x05, 0x0A, 0x06, 0, 0};
  size_t code_at = 700;  // in the definition block's body
  bool long_pointers = false;
};

inline Firmware firmware(const FirmwareParts& parts) {
  Firmware made;
  Bytes root = {'R', 'S', 'D', ' ', 'P', 'T', 'R', ' '};
  root.resize(36);
  root[15] = parts.long_pointers ? 2 : 0;
  put(root, parts.long_pointers ? 24 : 16, parts.list, 4);
  set_sum(root, 8, 20);
  made.pieces[parts.root] = root;
  Bytes list;
  const size_t entry = parts.long_pointers ? 8 : 4;
  put(list, 0, 0x12345678, entry);  // no table is there
  put(list, entry, parts.fixed, entry);
  made.pieces[parts.list] = table(parts.long_pointers ? "XSDT" : "RSDT", list);
  Bytes fixed(36);
  put(fixed, 48, parts.smi, 4);
  put(fixed, 52, parts.enable, 1);
  put(fixed, 112, parts.flags, 4);
  if (parts.long_pointers) {
    put(fixed, 140, parts.definitions, 8);
    put(fixed, 172, 1, 4), put(fixed, 176, parts.control_a, 8);
    put(fixed, 184, 1, 4), put(fixed, 188, parts.control_b, 8);
  } else {
    put(fixed, 40, parts.definitions, 4);
    put(fixed, 64, parts.control_a, 4), put(fixed, 68, parts.control_b, 4);
  }
  made.pieces[parts.fixed] = table("FACP", Bytes(fixed.begin() + 36, fixed.end()));
  Bytes code(parts.code_at, 0x5F);
  code.insert(code.end(), parts.code.begin(), parts.code.end());
  made.pieces[parts.definitions] = table("DSDT", code);
  return made;
}

}  // namespace mobius::test
