// PageMarks: why the frame of an object's page cannot simply be freed. Kept in its record.
//
//   Tracked    the replacement policy knows the page, or has it as a victim
//   CleanCopy  the record's `swap_slot` is the page's, and holds what the frame has
//   Writing    the page is being written, to `swap_slot` or to its object's own store
//   Orphan     the page was freed during the write: the writer frees the frame
//   Locked     an eviction has met the page, and a region that shows it is locked (VmmLock)
//   Stuck      the page could not be written: left alone until a promised page needs the frame
//
// Which can be together:
//
//             Tracked  CleanCopy  Writing  Locked  Stuck
//   Orphan       -         -       must       -      -
//   Stuck        -         -         -        -
//   Locked       -        may        -
//   Writing     may        -
//   CleanCopy   may
#pragma once

#include <cstdint>
#include <initializer_list>

namespace mobius::mm {

enum class PageMark : uint16_t {
  Tracked = 1,
  CleanCopy = 2,
  Writing = 4,
  Orphan = 8,
  Locked = 16,
  Stuck = 32,
};

class PageMarks {
 public:
  static constexpr PageMarks of(std::initializer_list<PageMark> marks) {
    PageMarks all{};
    all.bits_ = mask(marks);
    return all;
  }

  constexpr bool none() const { return bits_ == 0; }
  constexpr bool has(PageMark mark) const { return any({mark}); }
  constexpr bool any(std::initializer_list<PageMark> marks) const {
    return (bits_ & mask(marks)) != 0;
  }
  constexpr void add(PageMark mark) { bits_ = static_cast<uint16_t>(bits_ | mask({mark})); }
  constexpr void remove(std::initializer_list<PageMark> marks) {
    bits_ = static_cast<uint16_t>(bits_ & ~mask(marks));
  }

  // The table above.
  constexpr bool legal() const {
    using enum PageMark;
    if (has(Orphan)) return bits_ == mask({Orphan, Writing});
    if (has(Stuck) && any({Tracked, CleanCopy, Writing, Locked})) return false;
    if (has(Locked) && any({Tracked, Writing})) return false;
    return !has(Writing) || !has(CleanCopy);
  }

 private:
  static constexpr uint16_t mask(std::initializer_list<PageMark> marks) {
    uint16_t bits = 0;
    for (const PageMark mark : marks) bits = static_cast<uint16_t>(bits | uint16_t(mark));
    return bits;
  }

  uint16_t bits_;  // not initialised: FrameRecord has it in a union
};

}  // namespace mobius::mm
