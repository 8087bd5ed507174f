/* malloc_pairs.c: free + malloc pairs over 4,096 live slots (twin: malloc_pairs.c). Mode 0 is the
 * loop alone, to be subtracted; 1: small (7 of 8 requests 16-127 bytes, the rest up to 1,023);
 * 2: 16 bytes to 16 KiB, uniform. Each runs in a process, and on a heap, of its own. */
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "malloc_report.h"

#define SLOTS 4096
#define PAIRS 400000

static uint64_t state = 88172645463325252ull;

static inline uint32_t random_number(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (uint32_t)(state >> 11);
}

int malloc_child(int mode) {
  static void *slots[SLOTS];
  volatile unsigned long sum = 0;
  begin();
  for (long i = 0; i < PAIRS; i++) {
    uint32_t k = random_number() & (SLOTS - 1), r = random_number();
    size_t small = (r & 7) ? (r >> 3) % 112 : (r >> 3) % 1008;
    size_t bytes = 16 + (mode == 2 ? (r & 0x3fff) : small);
    if (mode == 0) {
      sum += k + bytes;
      continue;
    }
    if (slots[k]) free(slots[k]);
    slots[k] = malloc(bytes);
    *(volatile char *)slots[k] = 1;
  }
  return (int)(end_ticks() * 100 / PAIRS);
}

int malloc_bench_child(void) {
  int bad = malloc_bench(report_malloc, 1000000);
  return bad ? -bad : 100;
}

void bench_malloc(void) {
  double loop = figure_of_child("0");
  report_value("malloc_small", figure_of_child("1") - loop);
  report_value("malloc_mixed", figure_of_child("2") - loop);
  figure_of_child("malloc_bench");
}
