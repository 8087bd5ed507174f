/* swap.c: what a page costs that comes in and goes out (twin: swap.c): a block of 128 MiB on a
 * machine of 64 MiB is written, read, then read and rewritten; that last pass counts. The lines
 * SWAP out and SWAP back are of the first two: what they moved, in how long.
 * Only by name (bench swap): it needs a swap disk, and a machine of that size. */
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "mobius.h"
#include "swap_marks.h"

#define SWAP_PAGES 32768u

static void check_page(volatile uint32_t *block, uint32_t page, uint32_t generation) {
  if (is_marked(block, page, generation)) return;
  printf("FAIL swap_page: page %u is not what was written\n", (unsigned)page);
  exit(1);
}

static struct {
  struct sys_time time;
  struct vmm_stats stats;
} pass;

static void begin_pass(void) {
  if (!VmmStats(&pass.stats, sizeof pass.stats)) die("VmmStats");
  if (!SysClock(SYS_CLOCK_MONOTONIC, &pass.time)) die("SysClock");
}

/* What the pass has moved, and how long it took by both clocks. */
static void end_pass(const char *name, uint32_t pages) {
  struct sys_time time;
  struct vmm_stats stats;
  if (!SysClock(SYS_CLOCK_MONOTONIC, &time)) die("SysClock");
  if (!VmmStats(&stats, sizeof stats)) die("VmmStats");
  printf("SWAP %s pages %u in %llu out %llu ticks %llu ns %llu\n", name, (unsigned)pages,
         (unsigned long long)(stats.pages_in - pass.stats.pages_in),
         (unsigned long long)(stats.pages_out - pass.stats.pages_out),
         (unsigned long long)(time.tsc - pass.time.tsc),
         (unsigned long long)(time.ns - pass.time.ns));
}

static volatile uint32_t *write_and_read(uint32_t pages) {
  volatile uint32_t *block = take_pages(pages, MEMORY);
  begin_pass();
  for (uint32_t page = 0; page < pages; page++) mark_page(block, page, 1);
  end_pass("out", pages);
  begin_pass();
  for (uint32_t page = 0; page < pages; page++) check_page(block, page, 1);
  end_pass("back", pages);
  return block;
}

void swap_rates(uint32_t pages) { VmmFree((void *)write_and_read(pages)); }

void bench_swap(void) {
  struct vmm_stats before, after;
  volatile uint32_t *block = write_and_read(SWAP_PAGES);
  if (!VmmStats(&before, sizeof before)) die("VmmStats");
  begin();
  for (uint32_t page = 0; page < SWAP_PAGES; page++) {
    check_page(block, page, 1);
    mark_page(block, page, 2);
  }
  double ticks = end_ticks();
  if (!VmmStats(&after, sizeof after)) die("VmmStats");
  uint64_t in = after.pages_in - before.pages_in, out = after.pages_out - before.pages_out;
  printf("NOTE swap_page: %llu pages in, %llu out, %llu + %llu transfers\n",
         (unsigned long long)in, (unsigned long long)out,
         (unsigned long long)(after.ios_in - before.ios_in),
         (unsigned long long)(after.ios_out - before.ios_out));
  if (in + out < SWAP_PAGES) die("swap_page: there was no swapping");
  report_value("swap_page", ticks / (double)(in + out));
  VmmFree((void *)block);
}
