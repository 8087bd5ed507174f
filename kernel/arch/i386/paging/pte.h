// The entries of two-level, 32-bit, non-PAE paging: page directory entries and page table entries.
//
// Intel SDM Vol. 3A, section 4.3 "32-bit paging": a linear address is 10 bits of directory index,
// 10 bits of table index and 12 bits of offset. Both kinds of entry share the bits we use
// (tables 4-5 and 4-6). An entry that is not present is 0 here, all of it: nothing is kept in it.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/units.h"

namespace mobius::paging {

inline constexpr uint32_t kEntryCount = 1024;
inline constexpr uint32_t kTableShift = 22;  // one page table translates 4 MiB
inline constexpr uint32_t kTableReach = 1u << kTableShift;
inline constexpr uint32_t kKernelFirstEntry = kUserEnd >> kTableShift;

// Bits of an entry (SDM Vol. 3A, tables 4-4, 4-5, 4-6).
inline constexpr uint32_t kPresent = 1u << 0;
inline constexpr uint32_t kWritable = 1u << 1;
inline constexpr uint32_t kUser = 1u << 2;
inline constexpr uint32_t kWriteThrough = 1u << 3;
inline constexpr uint32_t kCacheDisabled = 1u << 4;
inline constexpr uint32_t kAccessed = 1u << 5;   // set by the processor, in both levels
inline constexpr uint32_t kDirty = 1u << 6;      // set by the processor where the walk ends
inline constexpr uint32_t kBigPage = 1u << 7;    // in a directory entry: a 4 MiB page (CR4.PSE)
inline constexpr uint32_t kGlobal = 1u << 8;     // survives a CR3 load (CR4.PGE)
inline constexpr uint32_t kFrameMask = 0xFFFFF000;
inline constexpr uint32_t kFrameLimit = 1u << 20;  // frames an entry can name

constexpr uint32_t directory_index(VirtAddr a) { return a.value >> kTableShift; }
constexpr uint32_t table_index(VirtAddr a) { return a.page_number() & (kEntryCount - 1); }

// What an entry says: a value, read once. The entry itself is `Entry`.
struct EntryValue {
  uint32_t raw = 0;

  constexpr bool present() const { return (raw & kPresent) != 0; }
  constexpr bool writable() const { return (raw & kWritable) != 0; }
  constexpr bool user() const { return (raw & kUser) != 0; }
  constexpr bool accessed() const { return (raw & kAccessed) != 0; }
  constexpr bool dirty() const { return (raw & kDirty) != 0; }
  constexpr FrameNumber frame() const { return {raw >> kPageShift}; }
  constexpr bool operator==(const EntryValue&) const = default;
};

// A user page. Requires: frame.value < kFrameLimit, access is not None.
constexpr EntryValue page_entry(FrameNumber frame, Access access) {
  static_assert((static_cast<uint32_t>(Access::ReadWrite) & kWritable) == kWritable);
  static_assert((static_cast<uint32_t>(Access::Read) & kWritable) == 0);
  const uint32_t writable = static_cast<uint32_t>(access) & kWritable;
  return {(frame.value << kPageShift) | kUser | kPresent | writable};
}
// A page table of the user half: the rights are decided in the table, so this entry allows all.
constexpr EntryValue table_entry(FrameNumber frame) {
  return {(frame.value << kPageShift) | kUser | kWritable | kPresent};
}

// One entry in memory. The processor reads it and sets its A and D bits at any moment, so every
// access is a single atomic one, and what the compiler once read it must read again.
class Entry {
 public:
  EntryValue load() { return {ref().load(std::memory_order_relaxed)}; }
  // Where nothing was present: no translation can have been cached, so no flush is needed.
  void store(EntryValue value) { ref().store(value.raw, std::memory_order_relaxed); }
  // Makes the entry 0 and returns what it was, A and D bits included.
  EntryValue take() { return {ref().exchange(0, std::memory_order_relaxed)}; }
  void set(uint32_t bits) { ref().fetch_or(bits, std::memory_order_relaxed); }
  void clear(uint32_t bits) { ref().fetch_and(~bits, std::memory_order_relaxed); }

 private:
  std::atomic_ref<uint32_t> ref() { return std::atomic_ref<uint32_t>(raw_); }
  uint32_t raw_;
};

// A page directory or a page table: exactly one frame.
struct EntryPage {
  Entry entries[kEntryCount];
};
static_assert(sizeof(EntryPage) == kPageSize);
static_assert(page_entry({0x12345}, Access::ReadWrite).raw == 0x12345007);
static_assert(page_entry({0x12345}, Access::Read).raw == 0x12345005);
static_assert(kKernelFirstEntry == 512);

}  // namespace mobius::paging
