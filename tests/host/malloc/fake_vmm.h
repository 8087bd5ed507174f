// The kernel as libc's malloc sees it (vmm.h), of the tests' own: a map of blocks in an arena below
// 2 GiB, which counts calls, says no when told to, and gives addresses that are awkward.
#pragma once
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>

namespace mobius::test {

constexpr uintptr_t kPage = 4096;

struct FakeVmm {
  static constexpr long kNever = std::numeric_limits<long>::max();

  std::map<uintptr_t, size_t> blocks;  // base -> pages
  long calls_until_failure = kNever;   // of VmmAlloc, VmmProtect, VmmResize, VmmAdvise together
  long failures = 0;                   // then so many in a row
  bool failing = false;                // all of them, from now on
  bool unaligned = false;              // VmmAlloc never gives a multiple of 4 MiB
  bool resize_moves = true;            // VmmResize always finds what follows taken
  size_t allocs = 0, frees = 0, resizes = 0, protects = 0, advises = 0;
  const char* options = nullptr;       // MALLOC_OPTIONS, where malloc has not begun yet

  void fail_after(size_t calls, long times = 1) {
    calls_until_failure = static_cast<long>(calls);
    failures = times;
  }
  size_t pages() const;
  // Whether the page has been written to, or read, since it was allocated or discarded.
  static bool touched(const void* page);
  static size_t touched_pages(const void* from, size_t bytes);
  // The base of the block that `p` lies in; 0: none.
  uintptr_t block_of(const void* p) const;
};

extern FakeVmm vmm;

}  // namespace mobius::test
