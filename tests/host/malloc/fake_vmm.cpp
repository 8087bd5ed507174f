// The fake's calls, and what else malloc needs of its surroundings (libc/malloc/port.h).
#include "fake_vmm.h"

#include <sys/mman.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "mobius_malloc.h"

__thread struct cache host_cache;

namespace mobius::test {
namespace {

constexpr uintptr_t kArena = 0x20000000, kArenaEnd = 0x70000000, kChunk = 0x400000;

void* pointer(uintptr_t at) { return reinterpret_cast<void*>(at); }
uintptr_t number(const void* p) { return reinterpret_cast<uintptr_t>(p); }

[[noreturn]] void broken(const char* what) {
  std::fprintf(stderr, "fake kernel: %s\n", what);
  std::abort();
}

// All of it is mapped for good, so that nothing else gets in: without rights, or anew, in zeros.
void map(uintptr_t at, size_t pages, int rights) {
  const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
  if (mmap(pointer(at), pages * kPage, rights, flags, -1, 0) == MAP_FAILED) broken("no memory");
}

[[maybe_unused]] const bool mapped = (map(kArena, (kArenaEnd - kArena) / kPage, PROT_NONE), true);

bool refuses() {
  if (!vmm.failing) {
    if (vmm.calls_until_failure == FakeVmm::kNever) return false;
    if (vmm.calls_until_failure > 0) return vmm.calls_until_failure--, false;
    if (vmm.failures == 0) return false;
    --vmm.failures;
  }
  errno = ENOMEM;
  return true;
}

bool is_free(uintptr_t at, size_t pages) {
  const uintptr_t end = at + pages * kPage;
  if (at < kArena || end > kArenaEnd) return false;
  const auto above = vmm.blocks.lower_bound(at);
  if (above != vmm.blocks.end() && above->first < end) return false;
  if (above == vmm.blocks.begin()) return true;
  const auto& [base, length] = *std::prev(above);
  return base + length * kPage <= at;
}

bool awkward(uintptr_t at) { return vmm.unaligned && at % kChunk == 0; }

// The lowest; 0: none.
uintptr_t find_gap(size_t pages) {
  uintptr_t at = kArena;
  for (const auto& [base, length] : vmm.blocks) {
    if (awkward(at)) at += kPage;
    if (base >= at && base - at >= pages * kPage) return at;
    at = base + length * kPage;
  }
  if (awkward(at)) at += kPage;
  return kArenaEnd - at >= pages * kPage ? at : 0;
}

void add(uintptr_t at, size_t pages) {
  vmm.blocks[at] = pages;
  map(at, pages, PROT_READ | PROT_WRITE);
}

// Pages move with what is in them.
uintptr_t move(uintptr_t base, size_t old, uintptr_t at, size_t pages) {
  add(at, pages);
  const size_t bytes = (old < pages ? old : pages) * kPage;
  if (mremap(pointer(base), bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, pointer(at)) ==
      MAP_FAILED) {
    broken("mremap");
  }
  map(base, old, PROT_NONE);
  vmm.blocks.erase(base);
  return at;
}

}  // namespace

FakeVmm vmm;

size_t FakeVmm::pages() const {
  size_t sum = 0;
  for (const auto& [base, pages] : blocks) sum += pages;
  return sum;
}

bool FakeVmm::touched(const void* page) {
  unsigned char resident = 0;
  mincore(pointer(number(page) & ~(kPage - 1)), kPage, &resident);
  return resident & 1;
}

size_t FakeVmm::touched_pages(const void* from, size_t bytes) {
  size_t sum = 0;
  for (uintptr_t at = number(from) & ~(kPage - 1); at < number(from) + bytes; at += kPage) {
    sum += touched(pointer(at));
  }
  return sum;
}

uintptr_t FakeVmm::block_of(const void* p) const {
  auto block = blocks.upper_bound(number(p));
  if (block == blocks.begin()) return 0;
  --block;
  return number(p) < block->first + block->second * kPage ? block->first : 0;
}

extern "C" {

void* VmmAlloc(size_t pages, void* base, uint32_t flags) {
  if (flags != (VM_MEM_READ | VM_MEM_WRITE | VM_MEM_EAGER)) broken("VmmAlloc: other flags");
  if (refuses() || pages == 0) return nullptr;
  const bool there = base && is_free(number(base), pages) && !awkward(number(base));
  const uintptr_t at = there ? number(base) : find_gap(pages);
  if (at == 0) {
    errno = ENOMEM;
    return nullptr;
  }
  ++vmm.allocs;
  add(at, pages);
  return pointer(at);
}

bool VmmFree(void* p) {
  const uintptr_t base = vmm.block_of(p);
  if (base == 0) broken("VmmFree: no block");
  map(base, vmm.blocks[base], PROT_NONE);
  vmm.blocks.erase(base);
  ++vmm.frees;
  return true;
}

void* VmmResize(void* p, size_t pages) {
  const uintptr_t base = number(p);
  if (!vmm.blocks.contains(base) || pages == 0) broken("VmmResize: no block");
  if (refuses()) return nullptr;
  const size_t old = vmm.blocks[base];
  uintptr_t at = base;
  if (pages <= old) {
    map(base + pages * kPage, old - pages, PROT_NONE);
    vmm.blocks[base] = pages;
  } else if (!vmm.resize_moves && is_free(base + old * kPage, pages - old)) {
    map(base + old * kPage, pages - old, PROT_READ | PROT_WRITE);
    vmm.blocks[base] = pages;
  } else {
    at = find_gap(pages);
    if (at != 0) at = move(base, old, at, pages);
    else errno = ENOMEM;
  }
  vmm.resizes += at != 0;
  return pointer(at);
}

static void check_range(const void* p, size_t pages) {
  const uintptr_t base = vmm.block_of(p);
  if (base == 0 || number(p) % kPage || pages == 0) broken("a range of no block");
  if (number(p) + pages * kPage > base + vmm.blocks[base] * kPage) broken("a range beyond a block");
}

bool VmmProtect(void* base, size_t pages, uint32_t flags) {
  check_range(base, pages);
  if (flags != 0) broken("VmmProtect: other flags");
  if (refuses()) return false;
  ++vmm.protects;
  return mprotect(base, pages * kPage, PROT_NONE) == 0;
}

bool VmmAdvise(void* base, size_t pages, uint32_t advice) {
  check_range(base, pages);
  if (advice != VM_ADVISE_DISCARD) broken("VmmAdvise: other advice");
  if (refuses()) return false;
  ++vmm.advises;
  return madvise(base, pages * kPage, MADV_DONTNEED) == 0;
}

uintptr_t heap_random(void) { return 0x1B56C4E97F4A7C15u; }  // a seed's history is the same again
const char* heap_options_text(void) { return vmm.options; }

void heap_die(const char* line) {
  std::fputs(line, stderr);
  std::abort();
}

void heap_thread_started(void) {}

}  // extern "C"
}  // namespace mobius::test
