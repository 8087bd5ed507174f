/* bench.h: what the groups of measurements share: samples, their median, the two ways to time.
 *
 * A sample is time stamp counter ticks: under the emulator's instruction counting one tick is one
 * instruction. Time in which the processor idled is subtracted. Loops, counts and statistics are
 * those of the twin that measures Linux; the twin's function is named in each file. */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE 4096u
#define ROUNDS 9
#define MEMORY (VM_MEM_READ | VM_MEM_WRITE)

static inline uint64_t rdtsc(void) {
  uint32_t low, high;
  __asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
  return (uint64_t)high << 32 | low;
}

struct samples {
  double value[ROUNDS];
  int count;
};

/* The processor's time between the two, without idling, goes into `samples`, per operation. */
void begin(void);
void end(struct samples *samples, double operations);
/* The same in ticks, for a caller's own sums. */
double end_ticks(void);

/* BENCH name insn <median of the samples>; of single operations; of one figure. */
void report(const char *name, struct samples *samples);
void report_each(const char *name, uint32_t *ticks, size_t count);
void report_value(const char *name, double value);
/* Ends the program: a call failed that must not. */
void die(const char *what) __attribute__((noreturn));

/* The state of the zeroed-frame pool that a measurement asks for: emptied and kept empty, or with
 * so many frames in it. The second gives false where the kernel cannot. */
void zeroed_pool_empty(void);
bool zeroed_pool_fill(size_t frames);
/* "name" and "name.zeroed" */
const char *zeroed_name(const char *name);

/* A child of this program runs `group` and its exit code is the figure times 100. */
double figure_of_child(const char *group);

/* VmmAlloc that must work. */
void *take_pages(size_t pages, uint32_t flags);

extern uint32_t each[65536];

void bench_calls(void);
void bench_faults(void);
void bench_alloc(void);
void bench_regions(void);
void bench_switch(void);
void bench_waits(void);
void bench_cow(void);
void bench_malloc(void);
void bench_kernel(void);
void bench_swap(void);
void bench_longest(void);
/* How fast a block of so many pages goes out and comes back; a machine with half as much memory. */
void swap_rates(uint32_t pages);
int cow_child(void);
int malloc_child(int mode);
int malloc_bench_child(void);
int yield_child(void);
int longest_child(const char *what);

#endif
