/* memory.c: page faults, allocating and freeing, many regions, file pages, malloc: on Linux. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include "malloc_report.h"
#include "measure.h"

enum { kBytes = 64 << 20, kPages = kBytes / kPage, kRegions = 30000 };

static uint32_t each[65536];

static void *map_pages(size_t bytes, int protection) {
  void *block = mmap(NULL, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (block == MAP_FAILED) die("mmap");
  madvise(block, bytes, MADV_NOHUGEPAGE);
  return block;
}

static void *map_plain(size_t pages) {
  return mmap(NULL, pages * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void faults(void) {
  struct rounds reads = {.count = 0}, frees = {.count = 0};
  for (int r = 0; r < kRounds; r++) {
    volatile char *block = map_pages(kBytes, PROT_READ | PROT_WRITE);
    for (size_t i = 0; i < kBytes; i += kPage) block[i] = 1;
    start();
    munmap((void *)block, kBytes);
    stop(&frees, kPages);
    block = map_pages(kBytes, PROT_READ | PROT_WRITE);
    start();
    for (size_t i = 0; i < kBytes; i += kPage) (void)block[i];
    stop(&reads, kPages);
    munmap((void *)block, kBytes);
  }
  volatile char *block = map_pages(kBytes, PROT_READ | PROT_WRITE);
  for (size_t i = 0; i < kPages; i++) {
    uint64_t before = rdtsc();
    block[i * kPage] = 1;
    each[i] = (uint32_t)(rdtsc() - before);
  }
  report_each("fault_write", each, kPages);
  munmap((void *)block, kBytes);
  report("fault_read", &reads);
  report("free_64m_page", &frees);
}

static void alloc_and_free(const char *name, int count, size_t pages, size_t touched) {
  struct rounds rounds = {.count = 0};
  for (int r = 0; r < kRounds; r++) {
    start();
    for (int i = 0; i < count; i++) {
      volatile char *block = map_plain(pages);
      for (size_t k = 0; k < touched; k++) block[k * kPage] = 1;
      munmap((void *)block, pages * kPage);
    }
    stop(&rounds, count);
  }
  report(name, &rounds);
}

static uint32_t random_state = 2463534242u;
static uint32_t random_word(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 17;
  return random_state ^= random_state << 5;
}

/* 30,000 neighbours of one page each, with alternating rights so that they stay apart. */
static void many_regions(void) {
  struct rounds rounds = {.count = 0};
  size_t span = (size_t)kRegions * kPage, measured = 0;
  static uint32_t order[kRegions];
  write_file("/proc/sys/vm/max_map_count", "200000");
  char *block = map_pages(span, PROT_READ);
  for (uint32_t i = 0; i < kRegions; i += 2)
    if (mprotect(block + (size_t)i * kPage, kPage, PROT_READ | PROT_WRITE)) die("mprotect");
  for (int r = 0; r < kRounds; r++) {
    start();
    for (int i = 0; i < 2000; i++)
      munmap(mmap(NULL, kPage, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                  0), kPage);
    stop(&rounds, 2000);
  }
  report("regions30000_alloc_free", &rounds);
  for (uint32_t i = 0; i < kRegions; i++) order[i] = i;
  for (uint32_t i = kRegions - 1; i; i--) {
    uint32_t k = random_word() % (i + 1), old = order[i];
    order[i] = order[k];
    order[k] = old;
  }
  for (uint32_t i = 0; i < kRegions; i++) {
    if (order[i] & 1) continue;
    volatile char *page = block + (size_t)order[i] * kPage;
    uint64_t before = rdtsc();
    *page = 1;
    each[measured++] = (uint32_t)(rdtsc() - before);
  }
  report_each("regions30000_fault", each, measured);
  munmap(block, span);
}

static void file_pages(const char *name, const char *around) {
  struct rounds rounds = {.count = 0};
  write_file("/sys/kernel/debug/fault_around_bytes", around);
  for (int r = 0; r < kRounds; r++) {
    int file = open("/t/file", O_RDONLY);
    volatile char *view = mmap(NULL, kBytes, PROT_READ, MAP_SHARED, file, 0);
    if (view == MAP_FAILED) die("mmap of a file");
    start();
    for (size_t i = 0; i < kBytes; i += kPage) (void)view[i];
    stop(&rounds, kPages);
    munmap((void *)view, kBytes);
    close(file);
  }
  report(name, &rounds);
}

static void files(void) {
  static char page[kPage];
  int file = open("/t/file", O_RDWR | O_CREAT, 0600);
  for (size_t i = 0; i < kPages; i++)
    if (write(file, page, kPage) != kPage) die("write");
  close(file);
  file_pages("file_read_warm_page", "65536");
  file_pages("file_read_warm_page.one", "4096");
  unlink("/t/file");
}

/* Free + malloc pairs over 4,096 live blocks; mode 0 is the loop alone. */
static uint64_t malloc_loop(int mode) {
  static void *slot[4096];
  uint64_t state = 88172645463325252ull, before = rdtsc();
  volatile size_t sink = 0;
  for (long i = 0; i < 400000; i++) {
    uint32_t words[2];
    for (int k = 0; k < 2; k++) {
      state ^= state << 13;
      state ^= state >> 7;
      state ^= state << 17;
      words[k] = (uint32_t)(state >> 11);
    }
    uint32_t s = words[0] & 4095, r = words[1], small = (r & 7) ? (r >> 3) % 112 : (r >> 3) % 1008;
    size_t bytes = 16 + (mode == 2 ? (r & 0x3fff) : small);
    if (mode == 0) {
      sink += s + bytes;
      continue;
    }
    free(slot[s]);
    slot[s] = malloc(bytes);
    *(volatile char *)slot[s] = 1;
  }
  uint64_t ticks = rdtsc() - before;
  for (int i = 0; i < 4096; i++) {
    free(slot[i]);
    slot[i] = NULL;
  }
  return ticks;
}

void measure_memory(void) {
  /* First: it tells how far its blocks lie apart, and nobody else's must lie among them. */
  if (malloc_bench(report_malloc, 1000000)) die("malloc_bench");
  faults();
  alloc_and_free("alloc_free", 4000, 1, 0);
  alloc_and_free("alloc_touch_free", 4000, 1, 1);
  alloc_and_free("alloc_touch16_free", 500, 16, 16);
  many_regions();
  files();
  double loop = malloc_loop(0);
  report_value("malloc_small", (malloc_loop(1) - loop) / 400000);
  report_value("malloc_mixed", (malloc_loop(2) - loop) / 400000);
}
