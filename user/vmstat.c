/* vmstat.c: what the memory manager does: everything since boot, a line each; or what happens, a
 * line each so many seconds. */
#include "mobius.h"
#include "tool.h"

static const struct tool about = {
    "vmstat", "[SECONDS [COUNT]]",
    "Shows what the memory manager has done since boot; or, a line each so many\n"
    "seconds, what it does meanwhile: COUNT lines, or until it is ended.",
    NULL};

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
               {"frames of the heap", s->frames_heap},
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
  printf("%7llu %6llu %6llu %5llu %5llu", (number)now->frames_free,
         (number)(now->faults_minor - before->faults_minor),
         (number)(now->faults_major - before->faults_major), (number)in, (number)out);
  printf(" %5.1f %6.1f %5llu %6llu %9llu %4u %5u\n", ratio(in, ios_in), ratio(out, ios_out),
         (number)now->queue_length, (number)(now->zero_pages_out - before->zero_pages_out),
         (number)now->slots_free, percent(idle, elapsed),
         percent(now->stalled_ns - before->stalled_ns, elapsed));
  fflush(stdout);
}

/* `count` 0: for ever. */
static void watch(unsigned long seconds, unsigned long count) {
  struct vmm_stats before = {0}, now = {0};
  struct sys_time idle_before, idle, time_before, time;
  printf("   free  minor  major    in   out pg/in pg/out queue  zeros swap_free idle stall\n");
  VmmStats(&before, sizeof before);
  SysClock(SYS_CLOCK_IDLE, &idle_before);
  SysClock(SYS_CLOCK_MONOTONIC, &time_before);
  for (unsigned long i = 0; count == 0 || i < count; i++) {
    ThrSleep(seconds * 1000000000ull);
    VmmStats(&now, sizeof now);
    SysClock(SYS_CLOCK_IDLE, &idle);
    SysClock(SYS_CLOCK_MONOTONIC, &time);
    one_line(&before, &now, idle.ns - idle_before.ns, time.ns - time_before.ns);
    before = now;
    idle_before = idle;
    time_before = time;
  }
}

int main(int argc, char **argv) {
  struct vmm_stats stats = {0};
  tool_start(&about, argc, argv);
  if (argc > 3) tool_refuse(argv[3], "two numbers are all it takes");
  unsigned long seconds = argc > 1 ? tool_number(argv[1], 1, 86400) : 0;
  unsigned long count = argc > 2 ? tool_number(argv[2], 1, 4000000000u) : 0;
  if (!VmmStats(&stats, sizeof stats)) return tool_failed("no figures");
  if (seconds) watch(seconds, count);
  else totals(&stats);
  return 0;
}
