/* privileges.c: what may be done to the machine as a whole, and by whom.
 *   privileges               all of it, as process 1 that may swap, bench and check
 *   privileges try           exit status: bit n is set where call n of `calls` was permitted
 *   privileges try-deep      the same by a child of its own
 *   privileges shut-down     privileges kill-1
 */
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

#define MINE (PROC_MAY_SWAP | PROC_MAY_BENCH | PROC_MAY_CHECK | PROC_MAY_TAKE_CONSOLE)

static const char *self;

static uint32_t start(const char *what, uint32_t privileges) {
  const char *const argv[] = {self, what, NULL};
  const struct proc_spawn request = {.path = self, .argv = argv, .privileges = privileges,
                                     .envp = (const char *const[]){NULL}};
  return ProcSpawn(&request);
}

static int status_of(uint32_t pid) {
  struct proc_status ended = {0};
  if (!pid || !ProcWait(pid, UINT64_MAX, &ended) || ended.end != PROC_EXITED) return -1;
  return ended.code;
}

static bool swap_off(void) { return SysSwapOff() || errno != EPERM; }
static bool swap_on(void) { return SysSwapOn() || errno != EPERM; }
static bool check(void) { return SysCheckMachine() || errno != EPERM; }
static bool bench(void) { return SysBench(SYS_BENCH_SYSENTER, NULL, 0) || errno != EPERM; }
static bool drop(void) { return SysBench(SYS_BENCH_DROP_ZEROED, NULL, 0) || errno != EPERM; }
static bool mode(void) { return ConsoleMode(1, CONSOLE_COOKED, NULL) || errno != EPERM; }
static bool foreground(void) { return ConsoleForeground(999999) || errno != EPERM; }

enum { SWAP_OFF, SWAP_ON, CHECK_BOOKS, BENCH, DROP, MODE, FOREGROUND, CALLS };
static bool (*const calls[CALLS])(void) = {swap_off, swap_on, check, bench, drop, mode, foreground};

static int try_all(void) {
  int permitted = 0;
  for (int i = 0; i < CALLS; i++) {
    errno = 0;
    permitted |= calls[i]() << i;
  }
  errno = 0;
  if (SysShutdown(99) || errno != EPERM) return 255;
  errno = 0;
  if (ProcSelf() != 1 && (ProcKill(1) || errno != EPERM)) return 254;
  return permitted;
}

static void each_alone(void) {
  static const struct {
    uint32_t privileges;
    int permitted;
  } table[] = {
      {0, 0},
      {PROC_MAY_SWAP, 1 << SWAP_OFF | 1 << SWAP_ON},
      {PROC_MAY_CHECK, 1 << CHECK_BOOKS},
      {PROC_MAY_BENCH, 1 << BENCH | 1 << DROP},
      {PROC_MAY_TAKE_CONSOLE, 1 << MODE | 1 << FOREGROUND},
      {MINE, (1 << CALLS) - 1},
      {PROC_SAME_PRIVILEGES, (1 << CALLS) - 1},
  };
  bool ok = true;
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    int permitted = status_of(start("try", table[i].privileges));
    EXPECT(ok, permitted == table[i].permitted);
  }
  CHECK("S1_each_call_needs_its_privilege", ok);
  CHECK("S1_process_1_has_those_of_the_boot_command", ProcPrivileges() == MINE);
  CHECK("S1_process_1_too", try_all() == (1 << CALLS) - 1);
}

static void given(void) {
  CHECK("S1_nobody_gives_what_it_has_not",
        !start("try", PROC_MAY_KILL) && errno == EPERM && !start("try", PROC_PROMISED) &&
            errno == EPERM && !start("try", MINE | PROC_MAY_SHUT_DOWN) && errno == EPERM);
  CHECK("S1_unknown_privileges_are_EINVAL", !start("try", 1u << 30) && errno == EINVAL);
}

static void foreground_process(void) {
  uint32_t sleeper = start("sleep", 0);
  bool ok = ConsoleForeground(sleeper) && status_of(start("try", 0)) == 0;
  CHECK("S1_beside_the_foreground_process_nobody_sets_the_mode", ok);
  ok = ConsoleForeground(ProcSelf()) && status_of(start("try", 0)) == 1 << MODE;
  ok = ok && status_of(start("try-deep", 0)) == 1 << MODE;
  CHECK("S1_those_of_the_foreground_set_the_mode", ok && ConsoleForeground(0));
  CHECK("S1_a_child_is_ended_by_its_parent", ProcKill(sleeper));
  struct proc_status ended;
  ProcWait(sleeper, UINT64_MAX, &ended);
}

/* Who may end whom: only those that may do nothing the killer may not. */
static void kills(void) {
  uint32_t plain = start("sleep", 0), checker = start("sleep", PROC_MAY_CHECK);
  char pids[2][12];
  sniprintf(pids[0], sizeof pids[0], "%u", (unsigned)checker);
  sniprintf(pids[1], sizeof pids[1], "%u", (unsigned)plain);
  bool ok = plain && checker;
  int results[2];
  for (int i = 0; i < 2; i++) {
    const char *const argv[] = {self, "kill", pids[i], NULL};
    const struct proc_spawn request = {.path = self, .argv = argv,
                                       .envp = (const char *const[]){NULL}};
    results[i] = status_of(ProcSpawn(&request));
  }
  CHECK("S1_who_may_more_is_not_ended", ok && results[0] == EPERM);
  CHECK("S1_who_may_as_much_is_ended", ok && results[1] == 0);
  ProcKill(checker);
  struct proc_status ended;
  while (ProcWait(0, UINT64_MAX, &ended)) {}
}

/* The pool of zeroed frames stays empty for as long as the process lives that emptied it. */
static void measuring_ends(void) {
  bool full = SysBench(SYS_BENCH_FILL_ZEROED, NULL, 64) >= 64;
  uint32_t keeper = start("drop-and-sleep", PROC_MAY_BENCH);
  while (stats_now().frames_zeroed > 0) ThrSleep(10000000);
  for (int i = 0; i < 20; i++) ThrSleep(10000000);
  bool kept = stats_now().frames_zeroed == 0;
  ProcKill(keeper);
  struct proc_status ended;
  ProcWait(keeper, UINT64_MAX, &ended);
  while (stats_now().frames_zeroed == 0) ThrSleep(10000000); /* for ever is a time-out */
  CHECK("S1_what_a_benchmark_switched_off_is_on_when_it_ends", full && kept);
}

static int kill_one(uint32_t pid) {
  errno = 0;
  return ProcKill(pid) ? 0 : errno;
}

static int run(int argc, char **argv) {
  const char *what = argv[1];
  if (strcmp(what, "try") == 0) return try_all();
  if (strcmp(what, "try-deep") == 0) return status_of(start("try", 0));
  if (strcmp(what, "sleep") == 0) ThrSleep(UINT64_MAX);
  if (strcmp(what, "kill") == 0 && argc > 2) return kill_one((uint32_t)atoi(argv[2]));
  if (strcmp(what, "drop-and-sleep") == 0) return drop() && ThrSleep(UINT64_MAX);
  if (strcmp(what, "shut-down") == 0) SysShutdown(7);
  if (strcmp(what, "kill-1") == 0 && ProcSelf() == 1) status_of(start("kill-1", PROC_MAY_KILL));
  if (strcmp(what, "kill-1") == 0) kill_one(1);
  return 1;
}

int main(int argc, char **argv) {
  self = argv[0];
  if (argc > 1) return run(argc, argv);
  each_alone();
  given();
  foreground_process();
  kills();
  measuring_ends();
  CHECK("S1_a_child_by_posix_spawn_has_the_same", status_of(start("try", PROC_SAME_PRIVILEGES)) ==
                                                      (1 << CALLS) - 1);
  return finish();
}
