/* switch.c: two processes that do nothing but yield to each other (twin: b_switch). */
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "mobius.h"

#define YIELDS 10000

static uint64_t own_ns(void) {
  struct sys_time time;
  if (!SysClock(SYS_CLOCK_PROCESS_CPU, &time)) die("SysClock");
  return time.ns;
}

static uint64_t now_ns(void) {
  struct sys_time time;
  if (!SysClock(SYS_CLOCK_MONOTONIC, &time)) die("SysClock");
  return time.ns;
}

int yield_child(void) {
  for (;;) ThrYield(); /* until it is killed */
}

static uint32_t start_child(void) {
  const char *const argv[] = {"bench", "--child", "yield", NULL};
  const char *const envp[] = {NULL};
  struct proc_spawn spawn = {.path = "/bin/bench.exe", .argv = argv, .envp = envp};
  uint32_t pid = ProcSpawn(&spawn);
  if (!pid) die("yield");
  return pid;
}

/* Every yield here is two switches: there and back. That it is, and that nothing else runs, shows
 * in the processor's time: half of it is ours. */
void bench_switch(void) {
  struct samples samples = {.count = 0};
  struct proc_status ended;
  uint32_t child = start_child();
  struct sys_time idle;
  do { /* while it is being loaded the processor idles */
    SysClock(SYS_CLOCK_IDLE, &idle);
    for (int i = 0; i < 100; i++) ThrYield();
    struct sys_time later;
    SysClock(SYS_CLOCK_IDLE, &later);
    if (later.ns == idle.ns) break;
  } while (true);
  for (int i = 0; i < 20000; i++) ThrYield();
  uint64_t ours = own_ns(), all = now_ns();
  for (int round = 0; round < ROUNDS; round++) {
    begin();
    for (int i = 0; i < YIELDS; i++) ThrYield();
    end(&samples, 2.0 * YIELDS);
  }
  double share = (double)(own_ns() - ours) / (double)(now_ns() - all);
  ProcKill(child);
  ProcWait(child, UINT64_MAX, &ended);
  if (share < 0.4 || share > 0.6) {
    printf("FAIL yield_switch: %.0f %% of the time is ours, not half\n", share * 100);
    return;
  }
  report("yield_switch", &samples);
}
