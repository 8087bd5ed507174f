/*
 * malloc_bench.c - portable allocator benchmark (i386, any libc).
 *
 * Uses only malloc/free/realloc from <stdlib.h>, and rdtsc.  No printf, no
 * libgcc helpers (64-bit division is done here), no floating point, so the
 * very same file can be linked against another libc.  Everything, including
 * the order of sizes, is driven by a fixed xorshift32 seed: two libcs see the
 * same request stream.
 *
 * One "op" is one free + one malloc (a pair) unless said otherwise.  Each new
 * block gets its first and last word written, and the first word is checked
 * when it is freed, so a broken allocator is noticed.
 */
#include <stdlib.h>
#include "malloc_bench.h"

#define ROUNDS   5
#define LIVE     10000
#define WORKERS  8
#define PERW     1000

typedef unsigned int u32;
typedef unsigned long long u64;

static u32 rng_state;
static inline u32 rng(void)
{
  u32 x = rng_state;
  x ^= x << 13; x ^= x >> 17; x ^= x << 5;
  return rng_state = x;
}
static inline u64 rdtsc(void)
{
  u32 lo, hi;
  __asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi) : : "memory");
  return ((u64)hi << 32) | lo;
}
/* 64 / 32 -> 32 (saturating), two divl steps, no libgcc */
static u32 div64(u64 n, u32 d)
{
  u32 hi = (u32)(n >> 32), lo = (u32)n, q;
  if (hi >= d)
    return 0xffffffffu;
  __asm__("divl %4" : "=a"(q), "=d"(hi) : "0"(lo), "1"(hi), "r"(d) : "cc");
  return q;
}
static void sort5(u32 *v)
{
  int i, j;
  for (i = 1; i < ROUNDS; i++)
    for (j = i; j > 0 && v[j] < v[j - 1]; j--) {
      u32 t = v[j]; v[j] = v[j - 1]; v[j - 1] = t;
    }
}

static u32 *slot[LIVE];
static u32 slot_sz[LIVE];
static int bad;

static inline u32 *get(u32 sz)
{
  u32 *p = malloc(sz);
  if (!p) { bad = 1; return 0; }
  p[0] = (u32)(size_t)p ^ sz;
  ((unsigned char *)p)[sz - 1] = (unsigned char)sz;
  return p;
}
static inline void put(u32 *p, u32 sz)
{
  if (!p)
    return;
  if (((unsigned char *)p)[sz - 1] != (unsigned char)sz && sz > 4)
    bad = 2;
  if (p[0] != ((u32)(size_t)p ^ sz) && sz > 4)
    bad = 3;
  free(p);
}
static u32 cyc(u64 t, u32 n) { return div64(t * 100, n); }

/* 0: the driver loop alone, with malloc/free replaced by nothing, so that
 * its cost can be subtracted */
static u32 scratch[256];
static volatile u32 sink;
static u64 run_empty(u32 ops)
{
  u64 t0 = rdtsc();
  while (ops--) {
    u32 i = rng() % LIVE, sz = 16 + rng() % 497;
    u32 *p = scratch;
    if (slot[i]) {
      sink += ((unsigned char *)p)[slot_sz[i] - 1];
      sink += p[0];
    }
    __asm__ volatile("" : "+r"(p));
    p[0] = (u32)(size_t)p ^ sz;
    ((unsigned char *)p)[sz - 1] = (unsigned char)sz;
    slot_sz[i] = sz;
    slot[i] = p;
  }
  return rdtsc() - t0;
}
/* a: random-size pairs, LIVE objects live */
static u64 run_pairs(u32 ops)
{
  u64 t0 = rdtsc();
  while (ops--) {
    u32 i = rng() % LIVE, sz = 16 + rng() % 497;
    put(slot[i], slot_sz[i]);
    slot[i] = get(sz);
    slot_sz[i] = sz;
  }
  return rdtsc() - t0;
}
/* b: larson-like: WORKERS arrays of PERW blocks; each worker in turn replaces
 * random victims in the array it was handed, then passes the array on, so
 * blocks are freed by another "worker" than the one that allocated them */
static u64 run_larson(u32 ops)
{
  u32 turn = 0, per = 5000, done = 0;
  u64 t0 = rdtsc();
  while (done < ops) {
    u32 base = (turn % WORKERS) * PERW, k;
    for (k = 0; k < per; k++) {
      u32 i = base + rng() % PERW, sz = 10 + rng() % 491;
      put(slot[i], slot_sz[i]);
      slot[i] = get(sz);
      slot_sz[i] = sz;
    }
    turn += 3;
    done += per;
  }
  return rdtsc() - t0;
}
/* c: LIFO bursts of one size: the best case of any free list */
static u64 run_lifo(u32 ops, u32 sz)
{
  u32 n, done = 0;
  u64 t0 = rdtsc();
  while (done < ops) {
    for (n = 0; n < 100; n++)
      slot[n] = get(sz);
    while (n--) {
      put(slot[n], sz);
      slot[n] = 0;
    }
    done += 100;
  }
  return rdtsc() - t0;
}
/* d: realloc: grow by doubling from 16 B to 64 KiB, then free (12 reallocs) */
static u64 run_realloc(u32 ops)
{
  u32 done = 0, sz;
  u64 t0 = rdtsc();
  while (done < ops) {
    char *p = malloc(16), *q;
    p[0] = 7;
    for (sz = 32; sz <= 65536; sz *= 2) {
      q = realloc(p, sz);
      if (!q || q[0] != 7) { bad = 6; return 1; }
      q[sz - 1] = 1;
      p = q;
      done++;
    }
    free(p);
  }
  return rdtsc() - t0;
}
/* e: big blocks 128 KiB..1 MiB, one write per page, then free */
static u64 run_big(u32 ops)
{
  u64 t0 = rdtsc();
  while (ops--) {
    u32 sz = 131072 + (rng() & 0xfffff) * 7 / 8, o;
    char *p = malloc(sz);
    if (!p) { bad = 7; return 1; }
    for (o = 0; o < sz; o += 4096)
      p[o] = 1;
    free(p);
  }
  return rdtsc() - t0;
}

static u64 run_lifo_64(u32 ops) { return run_lifo(ops, 64); }
static u64 run_lifo_2000(u32 ops) { return run_lifo(ops, 2000); }

static void rounds(mb_report_fn report, const char *name, u64 (*run)(u32), u32 ops)
{
  u32 r, v[ROUNDS];
  for (r = 0; r < ROUNDS; r++)
    v[r] = cyc(run(ops), ops);
  sort5(v);
  report(name, "cyc_x100", v[0], v[ROUNDS / 2]);
}

/* fill: 10k mallocs into a fresh heap (includes the page faults) */
static void fill(mb_report_fn report)
{
  u32 i, v;
  u64 t0 = rdtsc();
  for (i = 0; i < LIVE; i++) {
    slot_sz[i] = 16 + rng() % 497;
    slot[i] = get(slot_sz[i]);
  }
  v = cyc(rdtsc() - t0, LIVE);
  report("malloc_fill_10k_fresh", "cyc_x100", v, v);
}

/* memory efficiency of the aged heap: address span over live bytes */
static void aged(mb_report_fn report)
{
  u32 i, lo = ~0u, hi = 0, live = 0, pct;
  for (i = 0; i < LIVE; i++) {
    u32 a = (u32)(size_t)slot[i];
    if (a < lo) lo = a;
    if (a + slot_sz[i] > hi) hi = a + slot_sz[i];
    live += slot_sz[i];
  }
  pct = div64((u64)(hi - lo) * 100, live);
  report("malloc_aged_live_bytes", "KiB", live >> 10, live >> 10);
  report("malloc_aged_heap_span", "KiB", (hi - lo) >> 10, (hi - lo) >> 10);
  report("malloc_aged_span_over_live", "pct", pct, pct);
}

static void put_all(u32 count)
{
  u32 i;
  for (i = 0; i < count; i++) {
    put(slot[i], slot_sz[i]);
    slot[i] = 0;
  }
}

int malloc_bench(mb_report_fn report, unsigned long ops_per_round)
{
  u32 i, ops = ops_per_round;

  rng_state = 0x12345678;
  rounds(report, "malloc_driver_only", run_empty, ops);
  for (i = 0; i < LIVE; i++) { slot[i] = 0; slot_sz[i] = 0; }

  rng_state = 0x12345678;
  fill(report);
  rounds(report, "malloc_pairs_16_512_live10k", run_pairs, ops);
  if (bad) return bad;
  aged(report);
  put_all(LIVE);

  for (i = 0; i < WORKERS * PERW; i++) {
    slot_sz[i] = 10 + rng() % 491;
    slot[i] = get(slot_sz[i]);
  }
  rounds(report, "malloc_larson_8x1000_10_500", run_larson, ops);
  put_all(WORKERS * PERW);
  if (bad) return bad;

  rounds(report, "malloc_lifo_64B", run_lifo_64, ops);
  rounds(report, "malloc_lifo_2000B", run_lifo_2000, ops);
  rounds(report, "realloc_double_16_64K", run_realloc, 12000);
  rounds(report, "malloc_big_128K_1M_touch", run_big, 50);
  return bad;
}
