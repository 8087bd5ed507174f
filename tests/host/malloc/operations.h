// A program of malloc calls beside a plain model of what it must see: for random histories
// (oracle_test.cpp) and for the fuzzer. Contents, alignment, overlap, usable sizes; what is wrong
// ends the program with a line.
#pragma once
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <vector>

#include "mobius_malloc.h"

namespace mobius::test {

class Operations {
 public:
  enum Kind : uint8_t { kMalloc, kCalloc, kAligned, kRealloc, kFree, kFreeSized, kUsable, kKinds };

  explicit Operations(size_t slots) : slots_(slots) {}
  Operations(const Operations&) = delete;
  ~Operations() {
    for (Slot& slot : slots_) give(slot, false);
  }

  // One call for the slot: what is there is freed first where the call takes a block.
  void run(Kind kind, size_t slot_number, size_t bytes, unsigned alignment_log2) {
    Slot& slot = slots_[slot_number % slots_.size()];
    ++count_;
    switch (kind) {
      case kMalloc: return take(slot, mobius_malloc(bytes), bytes, 16);
      case kCalloc: return zeroed(slot, bytes);
      case kAligned: {
        const size_t alignment = size_t{1} << alignment_log2;
        return take(slot, mobius_memalign(alignment, bytes), bytes, alignment);
      }
      case kRealloc: return resize(slot, bytes);
      case kFree: return give(slot, false);
      case kFreeSized: return give(slot, true);
      case kUsable: return use_all(slot);
      case kKinds: break;
    }
  }
  size_t live() const { return intervals_.size(); }

 private:
  struct Slot {
    char* p = nullptr;
    size_t bytes = 0;
    uint64_t key = 0;
  };

  [[noreturn]] void fail(const char* what, const Slot& slot) const {
    std::fprintf(stderr, "operation %zu: %s: %p, %zu bytes\n", count_, what, slot.p, slot.bytes);
    std::abort();
  }

  // All words of small blocks, some of large ones, and always the last byte.
  template <typename Visit>
  static void visit_words(size_t bytes, Visit visit) {
    const size_t step = bytes <= 512 ? 8 : bytes <= 65536 ? 8 * 31 : bytes / 32 & ~size_t{7};
    for (size_t at = 0; at + 8 <= bytes; at += step) visit(at);
  }
  static uint64_t word_at(const Slot& slot, size_t at) {
    return slot.key + at * 0x9E3779B97F4A7C15u;
  }
  static char last_of(const Slot& slot) { return static_cast<char>(slot.key >> 56 | 1); }

  void paint(Slot& slot) {
    slot.key = ++keys_ * 0xD1342543DE82EF95u;
    visit_words(slot.bytes, [&](size_t at) {
      const uint64_t word = word_at(slot, at);
      __builtin_memcpy(slot.p + at, &word, 8);
    });
    if (slot.bytes) slot.p[slot.bytes - 1] = last_of(slot);
  }

  // The first `bytes` of it are as painted. Its last byte lies over the last word.
  void check(const Slot& slot, size_t bytes) const {
    visit_words(slot.bytes, [&](size_t at) {
      uint64_t word;
      if (at + 8 > bytes || at + 8 == slot.bytes) return;
      __builtin_memcpy(&word, slot.p + at, 8);
      if (word != word_at(slot, at)) fail("other contents", slot);
    });
    if (bytes && bytes == slot.bytes && slot.p[bytes - 1] != last_of(slot)) {
      fail("another last byte", slot);
    }
  }

  void enter(Slot& slot, size_t alignment) {
    const auto at = reinterpret_cast<uintptr_t>(slot.p);
    const size_t usable = mobius_malloc_usable_size(slot.p);
    if (at % (alignment < 16 ? 16 : alignment)) fail("not aligned", slot);
    if (usable < slot.bytes) fail("too little is usable", slot);
    const auto above = intervals_.lower_bound(at);
    if (above != intervals_.end() && above->first < at + usable) fail("overlaps", slot);
    if (above != intervals_.begin() && std::prev(above)->second > at) fail("overlaps", slot);
    intervals_.emplace_hint(above, at, at + usable);
    paint(slot);
  }

  void take(Slot& slot, void* p, size_t bytes, size_t alignment) {
    Slot taken{static_cast<char*>(p), bytes, 0};
    if (!p) fail("no memory", taken);
    enter(taken, alignment);
    give(slot, false);
    slot = taken;
  }

  void zeroed(Slot& slot, size_t bytes) {
    char* p = static_cast<char*>(mobius_calloc(1, bytes));
    const size_t step = bytes <= 512 ? 1 : 61;
    for (size_t at = 0; p && at < bytes; at += step) {
      if (p[at]) fail("calloc's are no zeros", {p, bytes, 0});
    }
    take(slot, p, bytes, 16);
  }

  void resize(Slot& slot, size_t bytes) {
    if (!slot.p) return take(slot, mobius_realloc(nullptr, bytes), bytes, 16);
    check(slot, slot.bytes);
    intervals_.erase(reinterpret_cast<uintptr_t>(slot.p));
    slot.p = static_cast<char*>(mobius_realloc(slot.p, bytes));
    if (!slot.p) fail("no memory", slot);
    check(slot, bytes < slot.bytes ? bytes : slot.bytes);
    slot.bytes = bytes;
    enter(slot, 16);
  }

  void give(Slot& slot, bool sized) {
    if (!slot.p) return;
    check(slot, slot.bytes);
    intervals_.erase(reinterpret_cast<uintptr_t>(slot.p));
    if (sized) mobius_free_sized(slot.p, slot.bytes);
    else mobius_free(slot.p);
    slot.p = nullptr;
  }

  void use_all(Slot& slot) {
    if (!slot.p) return;
    check(slot, slot.bytes);
    slot.bytes = mobius_malloc_usable_size(slot.p);
    paint(slot);
  }

  std::vector<Slot> slots_;
  std::map<uintptr_t, uintptr_t> intervals_;  // usable bytes of what is live: begin -> end
  uint64_t keys_ = 0;
  size_t count_ = 0;
};

}  // namespace mobius::test
