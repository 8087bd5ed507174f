/* main.c: bench: the figures of docs/numbers.md:  bench [GROUP...]
 * Groups: calls faults alloc regions switch waits cow malloc kernel; without a name, all of them.
 * And swap and longest, which need a machine of their own, only if they are named.
 *     bench rates PAGES            how fast a block is swapped */
#include "../tool.h"
#include "bench.h"
#include "mobius.h"

static const struct {
  const char *name;
  void (*run)(void);
  bool only_by_name;
} groups[] = {{"calls", bench_calls, false},   {"faults", bench_faults, false},
              {"alloc", bench_alloc, false},   {"regions", bench_regions, false},
              {"switch", bench_switch, false}, {"cow", bench_cow, false},
              {"malloc", bench_malloc, false}, {"kernel", bench_kernel, false},
              {"waits", bench_waits, false},   {"swap", bench_swap, true},
              {"longest", bench_longest, true}};

uint32_t each[65536];

static struct {
  uint64_t ticks, idle;
} began;

static uint64_t idle_ticks(void) {
  struct sys_time idle;
  if (!SysClock(SYS_CLOCK_IDLE, &idle)) die("SysClock");
  return idle.tsc;
}

void begin(void) {
  began.idle = idle_ticks();
  began.ticks = rdtsc();
}

double end_ticks(void) {
  uint64_t ticks = rdtsc() - began.ticks;
  uint64_t idle = idle_ticks() - began.idle;
  return (double)(ticks - idle);
}

void end(struct samples *samples, double operations) {
  double ticks = end_ticks();
  if (samples->count < ROUNDS) samples->value[samples->count++] = ticks / operations;
}

static int compare_doubles(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

static int compare_ticks(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return x < y ? -1 : x > y;
}

void report_value(const char *name, double value) {
  printf("BENCH %s insn %.0f\n", name, value);
  fflush(stdout);
}

void report(const char *name, struct samples *samples) {
  qsort(samples->value, (size_t)samples->count, sizeof(double), compare_doubles);
  report_value(name, samples->value[samples->count / 2]);
  samples->count = 0;
}

void report_each(const char *name, uint32_t *ticks, size_t count) {
  qsort(ticks, count, sizeof *ticks, compare_ticks);
  report_value(name, ticks[count / 2]);
}

void die(const char *what) {
  printf("FAIL %s: %s\n", what, strerror(errno));
  fflush(stdout);
  exit(1);
}

void *take_pages(size_t pages, uint32_t flags) {
  void *p = VmmAlloc(pages, NULL, flags);
  if (!p) die("VmmAlloc");
  return p;
}

void zeroed_pool_empty(void) {
  if (SysBench(SYS_BENCH_DROP_ZEROED, NULL, 0)) return;
  fprintf(stderr, "bench: not permitted to measure (scripts/run --allow bench)\n");
  exit(1);
}

bool zeroed_pool_fill(size_t frames) {
  struct vmm_stats stats;
  SysBench(SYS_BENCH_FILL_ZEROED, NULL, frames);
  return VmmStats(&stats, sizeof stats) && stats.frames_zeroed >= frames;
}

const char *zeroed_name(const char *name) {
  static char text[64];
  sniprintf(text, sizeof text, "%s.zeroed", name);
  return text;
}

double figure_of_child(const char *group) {
  char pid_text[16];
  sniprintf(pid_text, sizeof pid_text, "%u", (unsigned)ProcSelf());
  const char *const argv[] = {"bench", "--child", group, pid_text, NULL};
  const char *const envp[] = {NULL};
  struct proc_spawn spawn = {.path = "/bin/bench.exe", .argv = argv, .envp = envp};
  struct proc_status ended;
  uint32_t pid = ProcSpawn(&spawn);
  if (!pid || !ProcWait(pid, UINT64_MAX, &ended)) die(group);
  if (ended.end != PROC_EXITED || ended.code <= 0) {
    printf("FAIL %s: the child ended with %d\n", group, (int)ended.code);
    exit(1);
  }
  return ended.code / 100.0;
}

static int run_child(const char *group, const char *argument) {
  if (strcmp(group, "cow") == 0) return cow_child();
  if (strcmp(group, "yield") == 0) return yield_child();
  if (strcmp(group, "malloc_bench") == 0) return malloc_bench_child();
  if (strcmp(group, "longest") == 0) return longest_child(argument);
  return malloc_child(atoi(group));
}

static const struct tool about = {
    "bench", "[GROUP...]\n       bench rates PAGES",
    "Measures what the calls of the kernel cost. Groups: calls faults alloc regions\n"
    "switch waits cow malloc kernel; without a name, all of these. And swap and\n"
    "longest, which need a machine of their own. rates: how fast a block of so many\n"
    "pages is swapped.",
    NULL};

static void refuse_unknown_groups(int argc, char **argv) {
  for (int k = 1; k < argc; k++) {
    bool known = false;
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
      known |= strcmp(argv[k], groups[i].name) == 0;
    }
    if (!known) tool_refuse(argv[k], "there is no such group");
  }
}

int main(int argc, char **argv) {
  if (argc >= 3 && strcmp(argv[1], "--child") == 0) return run_child(argv[2], argv[3]);
  tool_start(&about, argc, argv);
  if (argc == 3 && strcmp(argv[1], "rates") == 0) {
    swap_rates((uint32_t)tool_number(argv[2], 1, 524288));
    return 0;
  }
  refuse_unknown_groups(argc, argv);
  for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
    bool wanted = argc < 2 && !groups[i].only_by_name;
    for (int k = 1; k < argc; k++) wanted |= strcmp(argv[k], groups[i].name) == 0;
    if (!wanted) continue;
    zeroed_pool_empty();
    groups[i].run();
  }
  return 0;
}
