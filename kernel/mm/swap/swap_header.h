// SwapHeader: page 0 of a swap device, which says that it is ours and how big (pure).
//
//   0  "MobiSwap"        signature
//   8  u32 version       kSwapVersion
//  12  u32 page bytes    4096
//  16  u64 pages         of the device that are ours, this one counted
//  24  zeros
//  4092 u32 CRC-32 (IEEE 802.3, as zlib's) of the bytes before
//
// Numbers are little-endian. scripts/run writes the same (scripts/lib/swap_file.py).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/units.h"

namespace mobius::mm {

inline constexpr uint32_t kSwapVersion = 1;
inline constexpr uint64_t kMinSwapPages = 65;  // the header and one transfer of the largest size

struct SwapHeader {
  uint64_t pages = 0;
};

// Why a device is not used, in the order in which it is looked at.
enum class SwapRefusal : uint8_t {
  DeviceTooSmall,   // the device has fewer than kMinSwapPages
  Absent,           // zeros where the signature should be
  WrongSignature,   // somebody else's
  OldVersion,       // ours, from before what this system can read
  NewVersion,       // ours, from a later system
  BadChecksum,
  WrongPageSize,
  TooSmall,         // the header speaks of fewer than kMinSwapPages
  LargerThanDevice,
};
const char* text_of(SwapRefusal refusal);

class SwapVerdict {
 public:
  constexpr SwapVerdict(SwapHeader header) : header_(header) {}
  constexpr SwapVerdict(SwapRefusal refusal) : refusal_(refusal), refused_(true) {}
  constexpr bool accepted() const { return !refused_; }
  constexpr SwapHeader header() const { return (KASSERT(!refused_), header_); }
  constexpr SwapRefusal refusal() const { return (KASSERT(refused_), refusal_); }

 private:
  SwapHeader header_{};
  SwapRefusal refusal_{};
  bool refused_ = false;
};

// What the first page of a device of `device_pages` pages says.
SwapVerdict parse_swap_header(std::span<const std::byte, kPageSize> page, uint64_t device_pages);

// The page that parse_swap_header() reads back as `header`.
void format_swap_header(SwapHeader header, std::span<std::byte, kPageSize> page);

}  // namespace mobius::mm
