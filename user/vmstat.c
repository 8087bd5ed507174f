/* vmstat.c: what the memory manager does:  vmstat          everything since boot, a line each
 *                                          vmstat LINES    what happens, a line a second */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "mobius.h"

typedef unsigned long long number;

static double ratio(uint64_t pages, uint64_t transfers) {
  return transfers ? (double)pages / (double)transfers : 0;
}

static void totals(const struct vmm_stats *s) {
  const struct {
    const char *name;
    uint64_t value;
  } lines[] = {{"frames", s->frames_total},
               {"frames free", s->frames_free},
               {"frames zeroed", s->frames_zeroed},
               {"frames on standby", s->frames_standby},
               {"minor faults", s->faults_minor},
               {"major faults", s->faults_major},
               {"pages in", s->pages_in},
               {"pages out", s->pages_out},
               {"pages taken back", s->pages_taken_back},
               {"transfers in", s->ios_in},
               {"transfers out", s->ios_out},
               {"zero pages out", s->zero_pages_out},
               {"pages ahead", s->pages_ahead},
               {"bit tests", s->bit_tests},
               {"stalled ms", s->stalled_ns / 1000000},
               {"queue length", s->queue_length},
               {"queue longest", s->queue_longest},
               {"slots", s->slots_total},
               {"slots free", s->slots_free},
               {"slots retired", s->slots_retired},
               {"checksum errors", s->checksum_errors}};
  for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
    printf("%-20s %10llu\n", lines[i].name, (number)lines[i].value);
  }
  printf("%-20s %10.1f\n", "pages a transfer in", ratio(s->pages_in, s->ios_in));
  printf("%-20s %10.1f\n", "pages a transfer out", ratio(s->pages_out, s->ios_out));
}

static unsigned percent(uint64_t part, uint64_t whole) {
  return whole ? (unsigned)(part * 100 / whole) : 0;
}

/* `idle` and `elapsed`: nanoseconds. The queue is that of this moment; the last column is the
 * pressure: the share of the time in which some thread stood still for paging. */
static void one_line(const struct vmm_stats *before, const struct vmm_stats *now, uint64_t idle,
                     uint64_t elapsed) {
  uint64_t in = now->pages_in - before->pages_in, out = now->pages_out - before->pages_out;
  uint64_t ios_in = now->ios_in - before->ios_in, ios_out = now->ios_out - before->ios_out;
  printf("%8llu %7llu %7llu %6llu %6llu %6llu %5llu %5llu", (number)now->frames_free,
         (number)now->frames_zeroed, (number)(now->faults_minor - before->faults_minor),
         (number)(now->faults_major - before->faults_major), (number)in, (number)out,
         (number)ios_in, (number)ios_out);
  printf(" %5.1f %5.1f %5llu %6llu %6llu %9llu %5u %5u\n", ratio(in, ios_in),
         ratio(out, ios_out), (number)now->queue_length,
         (number)(now->zero_pages_out - before->zero_pages_out),
         (number)(now->bit_tests - before->bit_tests), (number)now->slots_free,
         percent(idle, elapsed), percent(now->stalled_ns - before->stalled_ns, elapsed));
  fflush(stdout);
}

int main(int argc, char **argv) {
  struct vmm_stats before = {0}, now = {0};
  struct sys_time idle_before, idle, time_before, time;
  if (!VmmStats(&before, sizeof before)) {
    perror("vmstat");
    return 1;
  }
  if (argc < 2) {
    totals(&before);
    return 0;
  }
  printf("    free  zeroed   minor  major     in    out ios_in  out pg/in   out"
         " queue  zeros  tests swap_free  idle stall\n");
  SysClock(SYS_CLOCK_IDLE, &idle_before);
  SysClock(SYS_CLOCK_MONOTONIC, &time_before);
  for (int i = 0; i < atoi(argv[1]); i++) {
    sleep(1);
    VmmStats(&now, sizeof now);
    SysClock(SYS_CLOCK_IDLE, &idle);
    SysClock(SYS_CLOCK_MONOTONIC, &time);
    one_line(&before, &now, idle.ns - idle_before.ns, time.ns - time_before.ns);
    before = now;
    idle_before = idle;
    time_before = time;
  }
  return 0;
}
