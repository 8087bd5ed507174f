/* processes.c: posix_spawn, waitpid, kill and their kin over the Proc calls. There are no signals:
 * kill ends the process, whatever the number (0 only asks). A process that the kernel ended shows
 * up in waitpid as ended by SIGSEGV (a fault) or SIGKILL (killed, out of memory). */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mobius.h"
#include "paths.h"

pid_t getpid(void) { return (pid_t)ProcSelf(); }

int posix_spawn(pid_t *restrict pid, const char *restrict path,
                const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *restrict attributes, char *const argv[],
                char *const envp[]) {
  char buffer[PATH_BYTES];
  if (actions || attributes) return ENOSYS;
  int saved = errno;
  uint32_t child = 0;
  struct proc_spawn spawn = {0};
  spawn.path = absolute_path(path, buffer, sizeof buffer);
  spawn.argv = (const char *const *)argv;
  spawn.envp = (const char *const *)(envp ? envp : environ);
  spawn.privileges = PROC_SAME_PRIVILEGES;
  if (spawn.path) child = ProcSpawn(&spawn);
  int error = child ? 0 : errno;
  errno = saved;
  if (child && pid) *pid = (pid_t)child;
  return error;
}

/* Without a slash: /bin/NAME, then with .exe. */
int posix_spawnp(pid_t *restrict pid, const char *restrict name,
                 const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *restrict attributes, char *const argv[],
                 char *const envp[]) {
  static const char *const suffixes[] = {"", ".exe"};
  char path[PATH_BYTES];
  if (strchr(name, '/')) return posix_spawn(pid, name, actions, attributes, argv, envp);
  if (strlen(name) + sizeof "/bin/.exe" > sizeof path) return ENAMETOOLONG;
  int error = ENOENT;
  for (size_t i = 0; i < 2 && error == ENOENT; i++) {
    strcpy(path, "/bin/");
    strcat(path, name);
    strcat(path, suffixes[i]);
    error = posix_spawn(pid, path, actions, attributes, argv, envp);
  }
  return error;
}

static int wait_status(const struct proc_status *ended) {
  switch ((enum proc_end)ended->end) {
    case PROC_RUNNING: break;
    case PROC_EXITED: return (ended->code & 0xFF) << 8;
    case PROC_FAULTED: return SIGSEGV;
    case PROC_OUT_OF_MEMORY:
    case PROC_KILLED: return SIGKILL;
  }
  return 0;
}

pid_t waitpid(pid_t pid, int *status, int options) {
  struct proc_status ended;
  bool look = options & WNOHANG;
  int saved = errno;
  if (options & ~(WNOHANG | WUNTRACED)) {
    errno = EINVAL;
    return -1;
  }
  if (!ProcWait(pid > 0 ? (uint32_t)pid : 0, look ? 0 : UINT64_MAX, &ended)) {
    if (!look || errno != ETIMEDOUT) return -1;
    errno = saved;
    return 0;
  }
  if (status) *status = wait_status(&ended);
  return (pid_t)ended.pid;
}

pid_t wait(int *status) { return waitpid(-1, status, 0); }

static bool exists(pid_t pid) {
  struct proc_info *all = NULL;
  size_t room = 32, count;
  do { /* the list may grow between two looks */
    free(all);
    room *= 2;
    all = malloc(room * sizeof *all);
    if (!all) return false;
    count = ProcList(all, room);
  } while (count == room);
  bool found = false;
  for (size_t i = 0; i < count; i++) found |= all[i].pid == (uint32_t)pid;
  free(all);
  if (!found) errno = ESRCH;
  return found;
}

int kill(pid_t pid, int signal) {
  if (signal == 0) return exists(pid) ? 0 : -1;
  if (pid == getpid()) _exit(128 + signal); /* abort() and raise() come by here */
  return ProcKill((uint32_t)pid) ? 0 : -1;
}

int system(const char *command) {
  if (!command) return 1;
  pid_t pid;
  int status;
  char *const argv[] = {"shell", "-c", (char *)command, NULL};
  int error = posix_spawnp(&pid, "shell", NULL, NULL, argv, environ);
  if (error != 0) {
    errno = error;
    return -1;
  }
  return waitpid(pid, &status, 0) < 0 ? -1 : status;
}
