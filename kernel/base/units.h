// The units everything is counted in: frames (physical), pages (virtual), addresses and ranges.
//
// Each is a type of its own, so that a frame number cannot be passed for a page count. Ranges are
// half-open: [begin, end). A VirtAddr is 32 bits wide on every host, because it is an address on
// the simulated or real i386, never a pointer of the program that runs this code.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>

#include "base/assert.h"

namespace mobius {

inline constexpr uint32_t kPageShift = 12;
inline constexpr uint32_t kPageSize = 1u << kPageShift;
inline constexpr uint32_t kPageOffsetMask = kPageSize - 1;

// User addresses: [0x1000, 0x80000000). The bottom page is never mapped (R08, R09).
inline constexpr uint32_t kUserBegin = 0x00001000;
inline constexpr uint32_t kUserEnd = 0x80000000;
inline constexpr uint32_t kMaxUserPages = (kUserEnd - kUserBegin) >> kPageShift;  // 0x7FFFF

// A physical address; 64 bits, because the Multiboot map may name RAM above 4 GiB (R03).
enum class PhysAddr : uint64_t {};

// The number of a 4 KiB frame of physical memory: PhysAddr >> 12.
struct FrameNumber {
  uint32_t value = 0;
  constexpr auto operator<=>(const FrameNumber&) const = default;
};

constexpr FrameNumber operator+(FrameNumber f, uint32_t n) { return {f.value + n}; }
constexpr uint32_t operator-(FrameNumber a, FrameNumber b) { return a.value - b.value; }
constexpr PhysAddr address_of(FrameNumber f) {
  return PhysAddr{static_cast<uint64_t>(f.value) << kPageShift};
}
constexpr FrameNumber frame_of(PhysAddr a) {
  return {static_cast<uint32_t>(static_cast<uint64_t>(a) >> kPageShift)};
}

// "No frame": beyond anything 52 address bits could name with 4 KiB frames in this type.
inline constexpr FrameNumber kNoFrame{0xFFFFFFFF};

// Frames [begin, end).
struct FrameRange {
  FrameNumber begin;
  FrameNumber end;
  constexpr uint32_t size_frames() const { return end.value - begin.value; }
  constexpr bool contains(FrameNumber f) const { return begin <= f && f < end; }
  constexpr bool operator==(const FrameRange&) const = default;
};

// A part of one frame: `offset + bytes <= kPageSize`.
struct FrameSpan {
  FrameNumber frame;
  uint32_t offset = 0;
  uint32_t bytes = kPageSize;
};

// How many pages; and the number of a page within a VM object (0 = its first).
using PageCount = uint32_t;
using PageIndex = uint32_t;

// A virtual address of the machine being managed.
struct VirtAddr {
  uint32_t value = 0;

  constexpr auto operator<=>(const VirtAddr&) const = default;
  constexpr VirtAddr page_down() const { return {value & ~kPageOffsetMask}; }
  constexpr uint32_t page_offset() const { return value & kPageOffsetMask; }
  constexpr uint32_t page_number() const { return value >> kPageShift; }
  constexpr bool page_aligned() const { return page_offset() == 0; }
};

constexpr VirtAddr operator+(VirtAddr a, uint32_t bytes) { return {a.value + bytes}; }
constexpr uint32_t operator-(VirtAddr a, VirtAddr b) { return a.value - b.value; }
constexpr VirtAddr pages_after(VirtAddr a, PageCount pages) {
  return {a.value + (pages << kPageShift)};
}

// Addresses [begin, end), both page aligned, inside the user range (so `end` never wraps).
struct VirtRange {
  VirtAddr begin;
  VirtAddr end;

  static constexpr VirtRange of_pages(VirtAddr begin, PageCount pages) {
    return {begin, pages_after(begin, pages)};
  }
  constexpr PageCount size_pages() const { return (end.value - begin.value) >> kPageShift; }
  constexpr bool empty() const { return begin == end; }
  constexpr bool contains(VirtAddr a) const { return begin <= a && a < end; }
  constexpr bool contains(VirtRange r) const { return begin <= r.begin && r.end <= end; }
  constexpr bool overlaps(VirtRange r) const { return begin < r.end && r.begin < end; }
  constexpr bool operator==(const VirtRange&) const = default;
};

inline constexpr VirtRange kUserRange{{kUserBegin}, {kUserEnd}};

// What user mode may do with a page. i386 without PAE cannot forbid execution.
enum class Access : uint8_t { None, Read, ReadWrite };

}  // namespace mobius
