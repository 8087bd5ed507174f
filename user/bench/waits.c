/* waits.c: the longest time that a ready thread waits for the processor, beside others that do what
 * they can to keep it (proc/threads/scheduler.h has the bound). */
#include <stdio.h>

#include "bench.h"
#include "mobius.h"

#define THREADS 6
#define MEASURED_NS 3000000000ull

static volatile bool stop;
static uint64_t longest[THREADS]; /* ticks between two looks at the time stamp counter */
static const uint32_t priorities[THREADS] = {7, 7, 5, 4, 4, 0};

static void spin(void *argument) {
  uint32_t self = (uint32_t)(uintptr_t)argument;
  if (!ThrSetPriority(0, priorities[self])) die("ThrSetPriority");
  uint64_t last = rdtsc();
  while (!stop) {
    uint64_t now = rdtsc();
    if (now - last > longest[self]) longest[self] = now - last;
    last = now;
  }
  ThrExit(0);
}

static void wake_each_tick(void *argument) {
  if (!ThrSetPriority(0, priorities[(uintptr_t)argument])) die("ThrSetPriority");
  while (!stop) ThrSleep(1);
  ThrExit(0);
}

void bench_waits(void) {
  uint32_t threads[THREADS];
  uint64_t most = 0;
  if (!ThrSetPriority(0, 7)) die("ThrSetPriority");
  for (uintptr_t i = 0; i < THREADS; i++) {
    void (*entry)(void *) = priorities[i] == 5 ? wake_each_tick : spin;
    if (!(threads[i] = ThrCreate(entry, (void *)i, 0, NULL))) die("ThrCreate");
  }
  ThrSleep(MEASURED_NS);
  stop = true;
  for (int i = 0; i < THREADS; i++) ThrJoin(threads[i], NULL);
  for (int i = 0; i < THREADS; i++) most = longest[i] > most ? longest[i] : most;
  if (!ThrSetPriority(0, 4)) die("ThrSetPriority");
  report_value("ready_wait_longest", (double)most);
}
