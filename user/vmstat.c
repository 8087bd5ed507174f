/* vmstat.c: what the memory manager does, a line a second:  vmstat [LINES] */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "mobius.h"

static unsigned long long rate(uint64_t now, uint64_t before) { return now - before; }

int main(int argc, char **argv) {
  int lines = argc > 1 ? atoi(argv[1]) : 1;
  struct vmm_stats before = {0}, now = {0};
  struct sys_time idle_before, idle, time_before, time;
  printf("     free   zeroed   minor   major   in  out  ios in ios out  swap free  idle%%\n");
  if (!VmmStats(&before, sizeof before)) {
    perror("vmstat");
    return 1;
  }
  SysClock(SYS_CLOCK_IDLE, &idle_before);
  SysClock(SYS_CLOCK_MONOTONIC, &time_before);
  for (int i = 0; i < lines; i++) {
    sleep(1);
    VmmStats(&now, sizeof now);
    SysClock(SYS_CLOCK_IDLE, &idle);
    SysClock(SYS_CLOCK_MONOTONIC, &time);
    uint64_t elapsed = time.ns - time_before.ns;
    printf("%9llu %8llu %7llu %7llu %4llu %4llu %7llu %7llu %10llu %6llu\n",
           (unsigned long long)now.frames_free, (unsigned long long)now.frames_zeroed,
           rate(now.faults_minor, before.faults_minor), rate(now.faults_major, before.faults_major),
           rate(now.pages_in, before.pages_in), rate(now.pages_out, before.pages_out),
           rate(now.ios_in, before.ios_in), rate(now.ios_out, before.ios_out),
           (unsigned long long)now.slots_free,
           elapsed ? (idle.ns - idle_before.ns) * 100 / elapsed : 0ull);
    fflush(stdout);
    before = now;
    idle_before = idle;
    time_before = time;
  }
  return 0;
}
