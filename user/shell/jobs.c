/* jobs.c: programs started, waited for, and what is said about how they ended. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "mobius.h"
#include "shell.h"

const char *const program_folders[] = {"/bin/", "/run/", "/", NULL};
bool interactive;
uint64_t last_cpu_ns;

/* The shell's own tools, and what each may do of what the shell may. Any other program may only
 * have the kernel check its books. ps, top and kill may use the memory set aside: a person needs
 * them to end a program that takes the machine whole. */
static const struct {
  const char *path;
  uint32_t privileges;
} tools[] = {{"/bin/ps.exe", PROC_PROMISED},
             {"/bin/kill.exe", PROC_PROMISED | PROC_MAY_KILL},
             {"/bin/top.exe", PROC_PROMISED | PROC_MAY_KILL},
             {"/bin/swapon.exe", PROC_MAY_SWAP},
             {"/bin/swapoff.exe", PROC_MAY_SWAP},
             {"/bin/bench.exe", PROC_MAY_BENCH},
             {"/bin/shell.exe", ~(uint32_t)PROC_PROMISED}};

static uint32_t privileges_for(const char *path) {
  uint32_t privileges = PROC_MAY_CHECK;
  for (size_t i = 0; i < sizeof tools / sizeof *tools; i++) {
    if (strcmp(path, tools[i].path) == 0) privileges |= tools[i].privileges;
  }
  return privileges & ProcPrivileges();
}

static uint32_t spawn(const char *path, char **words, bool background) {
  struct proc_spawn request = {.path = path, .argv = (const char *const *)words,
                               .envp = program_environment,
                               .privileges = privileges_for(path)};
  if (background) request.files[0] = PROC_NO_FILE; /* what is typed is for the shell */
  return ProcSpawn(&request);
}

/* NAME as it is where there is a slash in it, else in /bin, /run or /; .exe may be left off. */
static uint32_t find_and_spawn(char **words, bool background) {
  static const char *const endings[] = {".exe", ""};
  static char path[LINE_BYTES];
  bool has_path = strchr(words[0], '/') != NULL;
  for (size_t folder = 0; program_folders[folder]; folder++) {
    for (size_t ending = 0; ending < 2; ending++) {
      const char *prefix = !has_path ? program_folders[folder] : words[0][0] == '/' ? "" : "/";
      sniprintf(path, sizeof path, "%s%s%s", prefix, words[0], endings[ending]);
      uint32_t pid = spawn(path, words, background);
      if (pid || (errno != ENOENT && errno != ENOTDIR)) return pid;
    }
    if (has_path) break;
  }
  return 0;
}

static int status_of(const struct proc_status *ended) {
  return ended->end == PROC_EXITED ? ended->code & 255 : ended->code;
}

static void say_how(const char *name, const struct proc_status *ended) {
  const char *how = NULL;
  switch ((enum proc_end)ended->end) {
    case PROC_RUNNING:
    case PROC_EXITED: return;
    case PROC_FAULTED: how = "ended by a fault"; break;
    case PROC_OUT_OF_MEMORY: how = "ended: out of memory"; break;
    case PROC_KILLED: how = "killed"; break;
  }
  fprintf(stderr, "shell: %s (%u): %s\n", name, (unsigned)ended->pid, how);
}

static int wait_for(uint32_t pid, const char *name) {
  struct proc_status ended;
  if (interactive) ConsoleForeground(pid);
  bool known = ProcWait(pid, UINT64_MAX, &ended);
  if (interactive) {
    ConsoleForeground(0);
    ConsoleMode(1, CONSOLE_COOKED, NULL); /* whatever the program left */
  }
  if (!known) return 127;
  last_cpu_ns = ended.cpu_ns;
  say_how(name, &ended);
  return status_of(&ended);
}

/* What sh has and we have not, unless somebody brought a program of that name. */
static const char *not_found(const char *name) {
  static const char *const missed[][2] = {
      {"cd", "not found: there is no current folder, every path begins at /"},
      {"env", "not found: export shows the variables, NAME=VALUE COMMAND sets one"},
      {"test", "not found: conditions are not built yet"},
      {"[", "not found: conditions are not built yet"}};
  for (size_t i = 0; i < sizeof missed / sizeof *missed; i++) {
    if (strcmp(name, missed[i][0]) == 0) return missed[i][1];
  }
  return "not found";
}

int run_program(char **words, bool background) {
  fflush(stdout);
  bool named = words[0][0] != '\0';
  uint32_t pid = named ? find_and_spawn(words, background) : 0;
  if (!pid) {
    bool missing = !named || errno == ENOENT || errno == ENOTDIR;
    fprintf(stderr, "shell: %s: %s\n", named ? words[0] : "''",
            missing ? not_found(words[0]) : strerror(errno));
    return missing ? 127 : 126;
  }
  if (!background) return wait_for(pid, words[0]);
  if (interactive) printf("[%u]\n", (unsigned)pid);
  return 0;
}

static void say_ended(const struct proc_status *ended) {
  if (ended->end == PROC_EXITED && interactive) {
    printf("[%u] exit %d\n", (unsigned)ended->pid, status_of(ended));
  }
  say_how("job", ended);
}

void report_ended_jobs(void) {
  struct proc_status ended;
  while (ProcWait(0, 0, &ended)) say_ended(&ended);
}

void wait_for_jobs(void) {
  struct proc_status ended;
  while (ProcWait(0, UINT64_MAX, &ended)) say_ended(&ended);
}
