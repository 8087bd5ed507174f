// Names: plain, Joliet, and the Rock Ridge entries of the system use field.
#include <algorithm>

#include "fs/iso9660_bytes.h"
#include "fs/iso9660_format.h"

namespace mobius::fs {
namespace {

constexpr uint16_t signature(const char (&text)[3]) {
  return static_cast<uint16_t>(static_cast<uint8_t>(text[0]) | static_cast<uint8_t>(text[1]) << 8);
}

constexpr size_t kEntryHeaderBytes = 4;
constexpr uint8_t kNameContinues = 0x01;
constexpr uint8_t kNameIsSelfOrParent = 0x06;

constexpr uint32_t kModeMask = 0170000;
constexpr uint32_t kModeDirectory = 0040000;
constexpr uint32_t kModeFile = 0100000;

constexpr uint32_t kReplacement = 0xFFFD;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool append_utf8(IsoName& name, uint32_t code) {
  char bytes[4];
  size_t count = 0;
  if (code < 0x80) {
    bytes[count++] = static_cast<char>(code);
  } else {
    if (code < 0x800) {
      bytes[count++] = static_cast<char>(0xC0 | code >> 6);
    } else {
      if (code < 0x10000) {
        bytes[count++] = static_cast<char>(0xE0 | code >> 12);
      } else {
        bytes[count++] = static_cast<char>(0xF0 | code >> 18);
        bytes[count++] = static_cast<char>(0x80 | (code >> 12 & 0x3F));
      }
      bytes[count++] = static_cast<char>(0x80 | (code >> 6 & 0x3F));
    }
    bytes[count++] = static_cast<char>(0x80 | (code & 0x3F));
  }
  return name.append({bytes, count});
}

uint32_t be16(IsoBytes at, size_t offset) {
  return static_cast<uint32_t>(u8(at, offset)) << 8 | u8(at, offset + 1);
}

// The length without a version (";1") at the end, in characters of `step` bytes.
size_t length_without_version(IsoBytes name, size_t step) {
  size_t at = name.size() / step;
  while (at > 0) {
    const uint8_t c = u8(name, at * step - 1);
    if (step == 2 && u8(name, at * step - 2) != 0) break;
    if (c == ';') return (at - 1) * step;
    if (c < '0' || c > '9') break;
    --at;
  }
  return name.size() / step * step;
}

}  // namespace

bool IsoName::append(std::string_view text) {
  if (text.size() > chars_.size() - length_) return false;
  std::copy(text.begin(), text.end(), chars_.begin() + length_);
  length_ = static_cast<uint8_t>(length_ + text.size());
  return true;
}

IsoName plain_name(IsoBytes name) {
  size_t length = length_without_version(name, 1);
  if (length > 0 && u8(name, length - 1) == '.') --length;
  IsoName result;
  for (size_t i = 0; i < length; ++i) {
    const uint8_t byte = u8(name, i);
    const bool as_it_is = byte < 0x80 && byte != '/' && byte != '\0';
    const char c = as_it_is ? lower(static_cast<char>(byte)) : '_';
    if (!result.append({&c, 1})) break;
  }
  return result;
}

IsoName joliet_name(IsoBytes name) {
  const size_t length = length_without_version(name, 2);
  IsoName result;
  for (size_t i = 0; i < length; i += 2) {
    uint32_t code = be16(name, i);
    if (code == '/' || code == '\0') code = '_';
    if (code >= 0xD800 && code < 0xE000) {
      const uint32_t next = i + 2 < length ? be16(name, i + 2) : 0;
      if (code < 0xDC00 && next >= 0xDC00 && next < 0xE000) {
        code = 0x10000 + ((code - 0xD800) << 10) + (next - 0xDC00);
        i += 2;
      } else {
        code = kReplacement;
      }
    }
    if (!append_utf8(result, code)) break;
  }
  return result;
}

bool is_usable_name(std::string_view name) {
  if (name.empty() || name == "." || name == "..") return false;
  return std::none_of(name.begin(), name.end(), [](char c) { return c == '/' || c == '\0'; });
}

bool same_name_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::optional<SystemUse::Continuation> SystemUse::feed(IsoBytes area) {
  std::optional<Continuation> next;
  while (area.size() >= kEntryHeaderBytes) {
    const size_t length = u8(area, 2);
    if (length < kEntryHeaderBytes || length > area.size()) break;
    const IsoBytes entry = area.first(length);
    const uint16_t kind = le16(entry, 0);
    if (kind == signature("ST")) break;
    if (kind == signature("CE") && length >= 28) {
      next = Continuation{le32(entry, 4), le32(entry, 12), le32(entry, 20)};
    } else {
      take(kind, entry);
    }
    area = area.subspan(length);
  }
  return next;
}

void SystemUse::take(uint16_t kind, IsoBytes entry) {
  if (kind == signature("SP") && entry.size() >= 7) {
    if (u8(entry, 4) == 0xBE && u8(entry, 5) == 0xEF) skip_ = u8(entry, 6);
  } else if (kind == signature("RR")) {
    rock_ridge_ = true;
  } else if (kind == signature("PX") && entry.size() >= 8) {
    rock_ridge_ = true;
    const uint32_t mode = le32(entry, 4) & kModeMask;
    special_ = mode != kModeFile && mode != kModeDirectory;
  } else if (kind == signature("NM") && entry.size() >= 5) {
    rock_ridge_ = true;
    take_name(entry);
  } else if (kind == signature("CL") && entry.size() >= 8) {
    child_ = le32(entry, 4);
  } else if (kind == signature("RE")) {
    relocated_ = true;
  }
}

void SystemUse::take_name(IsoBytes entry) {
  const uint8_t flags = u8(entry, 4);
  if ((flags & kNameIsSelfOrParent) != 0) return;  // it stands for "." or "..", whatever its text
  if (name_ended_) {
    broken_ = true;
    return;
  }
  const IsoBytes text = entry.subspan(5);
  has_name_ = true;
  name_ended_ = (flags & kNameContinues) == 0;
  if (!name_.append({reinterpret_cast<const char*>(text.data()), text.size()})) broken_ = true;
}

}  // namespace mobius::fs
