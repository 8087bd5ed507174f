/* spin.c: programs that take the processor (S1):  spin levels|ticks|crowd  spins until it is
 * killed. Without an argument: this process, of normal priority, runs beside each of them within
 * the bound of proc/threads/scheduler.h, and kills it. */
#include "check.h"

#define TICK_NS 10000000ull
#define MEASURED_NS 1500000000ull
#define SLACK_NS (3 * TICK_NS) /* what the kernel does meanwhile, and reading the clock */

static uint64_t now_ns(void) {
  struct sys_time time;
  if (!SysClock(SYS_CLOCK_MONOTONIC, &time)) die("SysClock");
  return time.ns;
}

static void spin_at(void *priority) {
  if (!ThrSetPriority(0, (uint32_t)(uintptr_t)priority)) die("ThrSetPriority");
  for (;;) __asm__ volatile("");
}

static void add_spinner(uint32_t priority) {
  if (!ThrCreate(spin_at, (void *)(uintptr_t)priority, 0, NULL)) die("ThrCreate");
}

static void wake_each_tick(void *priority) {
  if (!ThrSetPriority(0, (uint32_t)(uintptr_t)priority)) die("ThrSetPriority");
  for (;;) ThrSleep(1);
}

/* The guard against starvation must not see but the lowest level. */
static void spin_above_and_below(void) {
  add_spinner(0);
  spin_at((void *)7);
}

/* A thread that is preempted at each tick must not have a new slice each time. */
static void be_preempted_each_tick(void) {
  if (!ThrCreate(wake_each_tick, (void *)5, 0, NULL)) die("ThrCreate");
  spin_at((void *)4);
}

static void spin_at_all_levels(void) {
  for (uint32_t i = 0; i < 31; i++) add_spinner(i % 8);
  spin_at((void *)7);
}

static const struct attack {
  const char *name, *runs, *kills;
  void (*begin)(void);
  uint32_t threads;
} attacks[] = {{"levels", "S1_runs_beside_threads_above_and_below",
                "S1_kills_threads_above_and_below", spin_above_and_below, 2},
               {"ticks", "S1_runs_beside_one_preempted_each_tick",
                "S1_kills_one_preempted_each_tick", be_preempted_each_tick, 2},
               {"crowd", "S1_runs_beside_a_crowd_at_all_levels", "S1_kills_a_crowd_at_all_levels",
                spin_at_all_levels, 32}};
#define ATTACKS (sizeof attacks / sizeof *attacks)

static uint64_t bound_ns(const struct attack *attack) {
  return (32 + 4 * attack->threads) * TICK_NS + SLACK_NS;
}

static void wait_until_it_runs(uint32_t pid, uint32_t threads) {
  static struct proc_info all[64];
  for (;;) {
    size_t count = ProcList(all, sizeof all / sizeof *all);
    for (size_t i = 0; i < count; i++) {
      if (all[i].pid == pid && all[i].threads == threads) return;
    }
    ThrSleep(TICK_NS);
  }
}

static uint64_t longest_wait_ns(void) {
  uint64_t begin = now_ns(), last = begin, longest = 0;
  while (last - begin < MEASURED_NS) {
    uint64_t now = now_ns();
    if (now - last > longest) longest = now - last;
    last = now;
  }
  return longest;
}

static void withstand(const char *self, const struct attack *attack) {
  const char *const argv[] = {self, attack->name, NULL};
  uint32_t pid = start_program(self, argv);
  if (!pid) die("ProcSpawn");
  wait_until_it_runs(pid, attack->threads);
  uint64_t longest = longest_wait_ns();
  printf("%s: waited %u ms at most\n", attack->name, (unsigned)(longest / 1000000));
  CHECK(attack->runs, longest <= bound_ns(attack));
  uint64_t begin = now_ns();
  bool killed = ProcKill(pid) && wait_for(pid).end == PROC_KILLED;
  CHECK(attack->kills, killed && now_ns() - begin <= bound_ns(attack));
}

int main(int argc, char **argv) {
  for (size_t i = 0; i < ATTACKS; i++) {
    if (argc > 1 && strcmp(argv[1], attacks[i].name) == 0) attacks[i].begin();
  }
  for (size_t i = 0; i < ATTACKS; i++) withstand(argv[0], &attacks[i]);
  return finish();
}
