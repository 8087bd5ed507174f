// The kernel as libc's malloc sees it (vmm.h), of the tests' own: a map of blocks in an arena below
// 2 GiB, which counts calls, says no when told to, and gives addresses that are awkward.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>

namespace mobius::test {

constexpr uintptr_t kPage = 4096;

struct FakeVmm {
  static constexpr long kNever = -1;

  std::map<uintptr_t, size_t> blocks;  // base -> pages
  long calls_until_failure = kNever;   // of VmmAlloc, VmmProtect, VmmResize, VmmAdvise together
  bool failing = false;                // all of them, from now on
  bool unaligned = false;              // VmmAlloc never gives a multiple of 4 MiB
  bool resize_moves = true;            // VmmResize always finds what follows taken
  size_t allocs = 0, frees = 0, resizes = 0, protects = 0, advises = 0;
  const char* options = nullptr;       // MALLOC_OPTIONS, where malloc has not begun yet

  size_t pages() const;
  // Whether the page has been written to, or read, since it was allocated or discarded.
  static bool touched(const void* page);
  static size_t touched_pages(const void* from, size_t bytes);
  // The base of the block that `p` lies in; 0: none.
  uintptr_t block_of(const void* p) const;
};

extern FakeVmm vmm;

}  // namespace mobius::test
