/* measure.h: time stamps, samples and small helpers of the measurements on Linux.
 * Under QEMU's -icount shift=0 a time stamp counter tick is one instruction. */
#ifndef MEASURE_H
#define MEASURE_H
#include <stddef.h>
#include <stdint.h>

enum { kPage = 4096, kRounds = 9 };

static inline uint64_t rdtsc(void) {
  uint32_t low, high;
  __asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
  return ((uint64_t)high << 32) | low;
}

void die(const char *what);                       /* prints FAIL, ends the measuring process */
/* The mean of a round of `operations`, since the last start(). */
struct rounds { double mean[64]; int count; };
void start(void);
void stop(struct rounds *rounds, double operations);
/* One line `BENCH name insn value`: the median of the rounds, which it empties; of single ones. */
void report(const char *name, struct rounds *rounds);
void report_each(const char *name, uint32_t *values, size_t count);
void report_value(const char *name, double value);

void write_file(const char *path, const char *text);
/* The number after `name` in a file of lines such as `name number`. */
long number_in(const char *path, const char *name);
long context_switches(void);                      /* of this machine, from /proc/stat */

void measure_memory(void);     /* memory.c */
void measure_processes(void);  /* processes.c */
/* swap.c: the rates of two passes over a block of so many pages; or what a page costs as well. */
void measure_swap(uint32_t pages, int costs);
#endif
