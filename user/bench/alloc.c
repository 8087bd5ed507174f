/* alloc.c: blocks taken and given back (twin: b_mmap), the same among 30,000 regions (vma_one). */
#include <stdio.h>

#include "bench.h"
#include "mobius.h"

#define PAIRS 4000

static void pair(size_t pages, size_t touched) {
  volatile char *block = VmmAlloc(pages, NULL, MEMORY);
  for (size_t k = 0; k < touched; k++) block[k * PAGE] = 1;
  VmmFree((void *)block);
}

/* ROUNDS times `count` pairs; `zeroed`: with frames ready for every touch. */
static void time_pairs(const char *name, int count, size_t pages, size_t touched, bool zeroed) {
  struct samples samples = {.count = 0};
  for (int round = 0; round < ROUNDS; round++) {
    if (zeroed && !zeroed_pool_fill((size_t)count * touched)) {
      printf("NOTE no %u zeroed frames for %s\n", (unsigned)(count * touched), name);
      return;
    }
    begin();
    for (int i = 0; i < count; i++) pair(pages, touched);
    end(&samples, count);
  }
  report(name, &samples);
}

void bench_alloc(void) {
  time_pairs("alloc_free", PAIRS, 1, 0, false);
  time_pairs("alloc_touch_free", PAIRS, 1, 1, false);
  time_pairs("alloc_touch16_free", PAIRS / 8, 16, 16, false);
  time_pairs(zeroed_name("alloc_touch_free"), PAIRS, 1, 1, true);
  time_pairs(zeroed_name("alloc_touch16_free"), PAIRS / 8, 16, 16, true);
  zeroed_pool_empty();
}

#define REGIONS 30000u
#define REGION_PAIRS 2000

static uint32_t order[REGIONS];
static uint32_t state = 2463534242u;

static uint32_t random_number(void) {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

static void shuffle(void) {
  for (uint32_t i = 0; i < REGIONS; i++) order[i] = i;
  for (uint32_t i = REGIONS - 1; i > 0; i--) {
    uint32_t k = random_number() % (i + 1), other = order[i];
    order[i] = order[k];
    order[k] = other;
  }
}

/* Adjacent regions of a page each, every second one writable. */
static volatile char *make_regions(void) {
  char *span = take_pages(REGIONS, VM_MEM_READ);
  for (uint32_t i = 0; i < REGIONS; i += 2) {
    if (!VmmProtect(span + (size_t)i * PAGE, 1, MEMORY)) die("VmmProtect");
  }
  return span;
}

/* The writable half in random order, every page once. */
static void time_faults(volatile char *span, const char *name) {
  size_t count = 0;
  for (uint32_t i = 0; i < REGIONS; i++) {
    if (order[i] & 1) continue;
    uint64_t before = rdtsc();
    span[(size_t)order[i] * PAGE] = 1;
    each[count++] = (uint32_t)(rdtsc() - before);
  }
  report_each(name, each, count);
}

void bench_regions(void) {
  shuffle();
  volatile char *span = make_regions();
  time_pairs("regions30000_alloc_free", REGION_PAIRS, 1, 0, false);
  time_faults(span, "regions30000_fault");
  VmmFree((void *)span);
  span = make_regions();
  if (zeroed_pool_fill(REGIONS / 2)) time_faults(span, zeroed_name("regions30000_fault"));
  else printf("NOTE no %u zeroed frames for regions30000_fault.zeroed\n", REGIONS / 2);
  zeroed_pool_empty();
  VmmFree((void *)span);
}
