/* spawn.c: processes: exit codes, arguments and environment across, a tree of them, one address in
 * two processes (R01), and that after many spawns nothing is missing (D1).
 *   spawn            all of it, with 50 children
 *   spawn many N     N children, one after another */
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static const char *self;

static uint32_t start(const char *a, const char *b) {
  const char *const argv[] = {self, a, b, NULL};
  uint32_t pid = start_program(self, argv);
  if (!pid) die("ProcSpawn");
  return pid;
}

/* Two children below each down to depth 0; the exit code counts all of them. */
static int tree(int depth) {
  char text[8];
  if (depth == 0) return 1;
  sniprintf(text, sizeof text, "%d", depth - 1);
  uint32_t left = start("tree", text), right = start("tree", text);
  return 1 + wait_for(left).code + wait_for(right).code;
}

/* Writes its own value at an address that every copy uses, lets others run, reads it back. */
static int same_address(const char *text) {
  volatile uint32_t *p = VmmAlloc(1, (void *)0x40000000, RW);
  uint32_t value = (uint32_t)atoi(text) * 0x01010101u;
  if (p != (void *)0x40000000) return 100;
  for (int i = 0; i < 200; i++) {
    *p = value + (uint32_t)i;
    ThrYield();
    if (*p != value + (uint32_t)i) return 101;
  }
  return 0;
}

static void isolation(void) {
  static const char *const names[] = {"1", "2", "3", "4"};
  uint32_t pids[4];
  bool ok = true;
  for (int i = 0; i < 4; i++) pids[i] = start("same", names[i]);
  for (int i = 0; i < 4; i++) EXPECT(ok, wait_for(pids[i]).code == 0);
  CHECK("R01_one_address_in_four_processes", ok);
}

static void many(int count) {
  wait_for(start("exit", "0"));
  uint64_t before = stats_now().frames_free;
  bool ok = true;
  for (int i = 0; ok && i < count; i++) {
    struct proc_status status = wait_for(start("exit", i % 2 ? "300" : "7"));
    EXPECT(ok, status.end == PROC_EXITED && status.code == (i % 2 ? 300 : 7));
  }
  CHECK("D1_all_children_ran", ok);
  uint64_t after = stats_now().frames_free;
  for (int i = 0; i < 100 && after < before; i++) { /* the last one is still being taken apart */
    ThrSleep(1000000);
    after = stats_now().frames_free;
  }
  printf("%d children, frames free %llu before, %llu after\n", count, (unsigned long long)before,
         (unsigned long long)after);
  CHECK("D1_every_frame_is_back", after == before);
  CHECK("D1_the_books_balance", SysCheckMachine());
}

static void posix(void) {
  pid_t pid;
  int status;
  char *argv[] = {(char *)self, "environment", "x y", NULL};
  char *environment[] = {"FROM=parent", NULL};
  int error = posix_spawn(&pid, self, NULL, NULL, argv, environment);
  bool ok = error == 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status);
  CHECK("posix_spawn_waitpid", ok && WEXITSTATUS(status) == 44);
  CHECK("posix_spawn_of_nothing_is_ENOENT",
        posix_spawn(&pid, "/bin/nothing", NULL, NULL, argv, environment) == ENOENT);
  errno = 0;
  CHECK("waitpid_without_children_is_ECHILD", waitpid(-1, &status, 0) < 0 && errno == ECHILD);
  pid = (pid_t)start("spin", "0");
  CHECK("waitpid_WNOHANG", waitpid(pid, &status, WNOHANG) == 0);
  ok = ProcKill((uint32_t)pid) && waitpid(pid, &status, 0) == pid;
  CHECK("kill_ends_a_spinning_process", ok && WIFSIGNALED(status));
  errno = 0;
  CHECK("kill_of_nobody_is_ESRCH", !ProcKill(999999) && errno == ESRCH);
}

static void endings(void) {
  struct proc_status status = wait_for(start("fault", "0"));
  CHECK("a_fault_is_139", status.end == PROC_FAULTED && status.code == 139);
  uint32_t pid = start("spin", "0");
  ProcKill(pid);
  status = wait_for(pid);
  CHECK("a_killed_process_is_143", status.end == PROC_KILLED && status.code == 143);
  status = wait_for(start("abort", "0"));
  CHECK("abort_is_exit_134", status.end == PROC_EXITED && status.code == 134);
}

/* Children that end while everybody sleeps, after they have used up what is kept zeroed: the idle
 * kernel zeroes the frames they leave, their page directories among them. */
static int drain(const char *pages) {
  volatile char *block = take_pages((size_t)atoi(pages));
  for (int i = 0; i < atoi(pages); i++) block[(size_t)i * PAGE] = 1;
  return 0;
}

static void endings_while_all_sleep(void) {
  bool ok = true;
  for (int i = 0; i < 8; i++) {
    uint32_t pid = start("drain", "1200");
    ThrSleep(60000000);
    EXPECT(ok, wait_for(pid).code == 0);
  }
  CHECK("D1_directories_that_nobody_stands_on", ok);
}

static int child(char **argv) {
  if (strcmp(argv[1], "exit") == 0) return atoi(argv[2]);
  if (strcmp(argv[1], "drain") == 0) return drain(argv[2]);
  if (strcmp(argv[1], "tree") == 0) return tree(atoi(argv[2]));
  if (strcmp(argv[1], "same") == 0) return same_address(argv[2]);
  if (strcmp(argv[1], "fault") == 0) __asm__ volatile("movl %eax, 16");
  if (strcmp(argv[1], "abort") == 0) abort();
  if (strcmp(argv[1], "spin") == 0) for (;;);
  if (strcmp(argv[1], "environment") == 0) {
    const char *from = getenv("FROM");
    bool right = from && strcmp(from, "parent") == 0 && strcmp(argv[2], "x y") == 0;
    return right && !getenv("PATH") ? 44 : 1;
  }
  return 2;
}

int main(int argc, char **argv) {
  self = argv[0];
  if (argc == 3 && strcmp(argv[1], "many") == 0) {
    many(atoi(argv[2]));
    return finish();
  }
  if (argc == 3) return child(argv);
  CHECK("a_tree_of_31_processes", tree(4) == 31);
  isolation();
  endings();
  posix();
  many(50);
  endings_while_all_sleep();
  return finish();
}
