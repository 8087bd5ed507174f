/* calls.c: a system call that does nothing (twin: b_syscall), and kernel self-benchmarks. */
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "mobius.h"

#define CALLS 20000

void bench_calls(void) {
  struct samples samples = {.count = 0};
  for (int round = 0; round < ROUNDS; round++) {
    begin();
    for (int i = 0; i < CALLS; i++) {
      uint32_t number = 0x100, bytes = 0; /* SysNull */
      __asm__ volatile("int $0x30" : "+a"(number), "+c"(bytes) : : "memory");
    }
    end(&samples, CALLS);
  }
  report("null_syscall_int", &samples);
  if (SysBench(SYS_BENCH_SYSENTER, NULL, 0) != 1) {
    printf("NOTE this processor has no SYSENTER\n");
    return;
  }
  for (int round = 0; round < ROUNDS; round++) {
    begin();
    for (int i = 0; i < CALLS; i++) SysNull(); /* libc's stub uses SYSENTER where it is */
    end(&samples, CALLS);
  }
  report("null_syscall_sysenter", &samples);
}

static void self_benchmark(const char *name, uint32_t which) {
  static uint32_t ticks[1001];
  size_t count = SysBench(which, ticks, sizeof ticks / sizeof *ticks);
  if (count == 0) {
    printf("NOTE the kernel does not measure %s\n", name);
    return;
  }
  report_each(name, ticks, count);
}

void bench_kernel(void) {
  self_benchmark("frame_pair_hot", SYS_BENCH_FRAME_PAIR_HOT);
  self_benchmark("frame_pair_worst", SYS_BENCH_FRAME_PAIR_WORST);
  self_benchmark("region_find_100000", SYS_BENCH_REGION_FIND);
  self_benchmark("region_insert_100000", SYS_BENCH_REGION_INSERT);
}
