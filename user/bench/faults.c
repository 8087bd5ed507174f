/* faults.c: first touches of pages of a 64 MiB block, and its end (twin: b_fault); first writes to
 * pages of a program's data (twin: fault_cow_after_fork). */
#include <stdio.h>

#include "bench.h"
#include "mobius.h"

#define BYTES (64u << 20)
#define PAGES (BYTES / PAGE)

/* Every page written once, each write timed by itself. */
static void time_each_write(const char *name) {
  volatile char *block = take_pages(PAGES, MEMORY);
  for (size_t i = 0; i < PAGES; i++) {
    uint64_t before = rdtsc();
    block[i * PAGE] = 1;
    each[i] = (uint32_t)(rdtsc() - before);
  }
  report_each(name, each, PAGES);
  VmmFree((void *)block);
}

void bench_faults(void) {
  struct samples read = {.count = 0}, free = {.count = 0};
  time_each_write("fault_write");
  for (int round = 0; round < ROUNDS; round++) {
    volatile char *block = take_pages(PAGES, MEMORY);
    for (size_t i = 0; i < BYTES; i += PAGE) block[i] = 1;
    begin();
    VmmFree((void *)block);
    end(&free, PAGES);

    block = take_pages(PAGES, MEMORY);
    begin();
    for (size_t i = 0; i < BYTES; i += PAGE) (void)block[i];
    end(&read, PAGES);
    VmmFree((void *)block);
  }
  report("fault_read", &read);
  report("free_64m_page", &free);
  if (zeroed_pool_fill(PAGES)) time_each_write(zeroed_name("fault_write"));
  else printf("NOTE no %u zeroed frames for fault_write.zeroed\n", PAGES);
  zeroed_pool_empty();
}

/* 8 MiB of initialised data: pages of the EXE, which a first write copies. */
#define DATA_BYTES (8u << 20)
#define DATA_PAGES (DATA_BYTES / PAGE)
__attribute__((aligned(4096))) static volatile char data[DATA_BYTES] = {1};

/* All pages are read in before, so that what is timed is the copy and no reading from the CD. */
int cow_child(void) {
  for (size_t i = 0; i < DATA_BYTES; i += PAGE) (void)data[i];
  begin();
  for (size_t i = 0; i < DATA_BYTES; i += PAGE) data[i] = 2;
  return (int)(end_ticks() * 100 / DATA_PAGES);
}

void bench_cow(void) {
  struct samples samples = {.count = 0};
  for (int round = 0; round < ROUNDS; round++) {
    samples.value[samples.count++] = figure_of_child("cow");
  }
  report("cow_fault", &samples);
}
