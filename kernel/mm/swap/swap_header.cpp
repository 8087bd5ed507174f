// A swap device's first page: see swap_header.h.
#include "mm/swap/swap_header.h"

#include <algorithm>
#include <string_view>

namespace mobius::mm {
namespace {

constexpr std::string_view kSignature = "MobiSwap";
constexpr size_t kVersionAt = 8, kPageBytesAt = 12, kPagesAt = 16, kChecksumAt = kPageSize - 4;

uint64_t get(std::span<const std::byte, kPageSize> page, size_t at, unsigned bytes) {
  uint64_t value = 0;
  for (unsigned i = bytes; i-- > 0;) value = value << 8 | static_cast<uint8_t>(page[at + i]);
  return value;
}

void put(std::span<std::byte, kPageSize> page, size_t at, unsigned bytes, uint64_t value) {
  for (unsigned i = 0; i < bytes; ++i) page[at + i] = static_cast<std::byte>(value >> (8 * i));
}

uint32_t crc32(std::span<const std::byte> bytes) {
  constexpr uint32_t kPolynomial = 0xEDB88320;  // reflected
  uint32_t crc = 0xFFFFFFFF;
  for (std::byte b : bytes) {
    crc ^= static_cast<uint8_t>(b);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? kPolynomial : 0);
  }
  return ~crc;
}

bool is(std::span<const std::byte> bytes, std::string_view text) {
  return std::ranges::equal(bytes, text, {}, {}, [](char c) { return static_cast<std::byte>(c); });
}

}  // namespace

const char* text_of(SwapRefusal refusal) {
  switch (refusal) {
    case SwapRefusal::DeviceTooSmall: return "device too small";
    case SwapRefusal::Absent: return "no header";
    case SwapRefusal::WrongSignature: return "wrong signature";
    case SwapRefusal::OldVersion: return "old version";
    case SwapRefusal::NewVersion: return "version of a later system";
    case SwapRefusal::BadChecksum: return "bad checksum";
    case SwapRefusal::WrongPageSize: return "wrong page size";
    case SwapRefusal::TooSmall: return "too small";
    case SwapRefusal::LargerThanDevice: return "larger than the device";
  }
  __builtin_unreachable();
}

SwapVerdict parse_swap_header(std::span<const std::byte, kPageSize> page, uint64_t device_pages) {
  if (device_pages < kMinSwapPages) return SwapRefusal::DeviceTooSmall;
  const auto signature = page.first(kSignature.size());
  if (!is(signature, kSignature)) {
    const bool blank = std::ranges::all_of(signature, [](auto b) { return b == std::byte{0}; });
    return blank ? SwapRefusal::Absent : SwapRefusal::WrongSignature;
  }
  const uint64_t version = get(page, kVersionAt, 4);
  if (version < kSwapVersion) return SwapRefusal::OldVersion;
  if (version > kSwapVersion) return SwapRefusal::NewVersion;
  if (get(page, kChecksumAt, 4) != crc32(page.first<kChecksumAt>())) {
    return SwapRefusal::BadChecksum;
  }
  if (get(page, kPageBytesAt, 4) != kPageSize) return SwapRefusal::WrongPageSize;
  const SwapHeader header{get(page, kPagesAt, 8)};
  if (header.pages < kMinSwapPages) return SwapRefusal::TooSmall;
  if (header.pages > device_pages) return SwapRefusal::LargerThanDevice;
  return header;
}

void format_swap_header(SwapHeader header, std::span<std::byte, kPageSize> page) {
  std::ranges::fill(page, std::byte{0});
  std::ranges::transform(kSignature, page.begin(),
                         [](char c) { return static_cast<std::byte>(c); });
  put(page, kVersionAt, 4, kSwapVersion);
  put(page, kPageBytesAt, 4, kPageSize);
  put(page, kPagesAt, 8, header.pages);
  put(page, kChecksumAt, 4, crc32(page.first<kChecksumAt>()));
}

}  // namespace mobius::mm
