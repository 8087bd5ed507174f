/* top.c: the processes, live. A second thread reads the keys: reading waits, and so does the
 * second until the next picture. Works when memory is short, but for the thread's stack. */
#include <pthread.h>
#include <unistd.h>

#include "processes.h"

static const struct tool about = {
    "top", "[-n COUNT]",
    "Shows the processes again each second, the busiest first: COUNT times, or until\n"
    "q is typed. Keys: q ends it, k kills a process; sorted by c processor time,\n"
    "m memory, f faults, p PID. Where nobody types: one picture.",
    "-n "};

enum order { BY_CPU = 'c', BY_MEMORY = 'm', BY_FAULTS = 'f', BY_PID = 'p' };

static enum order order = BY_CPU;
static char pid_typed[11]; /* after k; pid_length counts from 1 while it is asked for */
static size_t pid_length;
static bool ends;

/* What the last picture had, to tell what has changed. */
static struct {
  size_t count;
  uint64_t ns, idle_ns;
  struct {
    uint32_t pid;
    uint64_t cpu_ns;
  } each[MOST_PROCESSES];
} last;

/* Thousandths of the time since the last picture, in place of cpu_ns. */
static void cell_share(const struct proc_info *p, char cell[CELL_BYTES]) {
  sniprintf(cell, CELL_BYTES, "%u.%u", (unsigned)(p->cpu_ns / 10), (unsigned)(p->cpu_ns % 10));
}

static const struct column columns[] = {{"PID", cell_pid},     {"PPID", cell_parent},
                                        {"THR", cell_threads}, {"PAGES", cell_pages},
                                        {"PEAK", cell_peak},   {"SWAP", cell_swapped},
                                        {"MINOR", cell_minor}, {"MAJOR", cell_major},
                                        {"CPU%", cell_share},  {NULL, NULL}};

static uint64_t rank(const struct proc_info *p) {
  switch (order) {
    case BY_CPU:
      return p->cpu_ns;
    case BY_MEMORY:
      return p->pages_committed;
    case BY_FAULTS:
      return (uint64_t)p->faults_minor + p->faults_major;
    case BY_PID:
      return UINT32_MAX - p->pid;
  }
  return 0;
}

static int compare(const void *a, const void *b) {
  const struct proc_info *x = a, *y = b;
  if (rank(x) != rank(y)) return rank(x) < rank(y) ? 1 : -1;
  return x->pid < y->pid ? -1 : x->pid > y->pid;
}

static uint64_t cpu_before(uint32_t pid) {
  for (size_t i = 0; i < last.count; i++) {
    if (last.each[i].pid == pid) return last.each[i].cpu_ns;
  }
  return 0;
}

static uint64_t clock_ns(uint32_t clock) {
  struct sys_time time = {0, 0};
  SysClock(clock, &time);
  return time.ns;
}

/* Takes the list, and turns processor time into shares. Returns how many there are. */
static size_t look(unsigned *idle_percent) {
  static struct proc_info before[MOST_PROCESSES];
  size_t count = ProcList(processes, MOST_PROCESSES);
  uint64_t ns = clock_ns(SYS_CLOCK_MONOTONIC), idle = clock_ns(SYS_CLOCK_IDLE);
  uint64_t elapsed = ns > last.ns ? ns - last.ns : 1;
  *idle_percent = (unsigned)((idle - last.idle_ns) * 100 / elapsed);
  memcpy(before, processes, count * sizeof *before);
  for (size_t i = 0; i < count; i++) {
    uint64_t used = processes[i].cpu_ns - cpu_before(processes[i].pid);
    processes[i].cpu_ns = used * 1000 / elapsed;
  }
  for (size_t i = 0; i < count; i++) {
    last.each[i].pid = before[i].pid;
    last.each[i].cpu_ns = before[i].cpu_ns;
  }
  last.count = count;
  last.ns = ns;
  last.idle_ns = idle;
  qsort(processes, count, sizeof *processes, compare);
  return count;
}

static void show(size_t rows, const char *line_end) {
  struct vmm_stats stats = {0};
  unsigned idle;
  size_t count = look(&idle);
  VmmStats(&stats, sizeof stats);
  printf("%u processes, idle %u %%, memory %llu MiB, free %llu, swap %llu, used %llu%s",
         (unsigned)count, idle, (unsigned long long)stats.frames_total >> 8,
         (unsigned long long)stats.frames_free >> 8, (unsigned long long)stats.slots_total >> 8,
         (unsigned long long)(stats.slots_total - stats.slots_free) >> 8, line_end);
  show_processes(columns, count < rows ? count : rows, line_end);
}

static void show_on_screen(size_t rows) {
  printf("\033[H");
  show(rows - 4, "\033[K\n");
  printf("\033[J");
  if (pid_length > 0)
    printf("kill PID (Return; Esc: none): %s", pid_typed);
  else
    printf("q ends, k kills; sorted by (c) processor, (m) memory, (f) faults, (p) PID");
  fflush(stdout);
}

/* ---- keys: a ring that the second thread fills -------------------------------------------- */
static char keys[64];
static uint32_t keys_read; /* ever; the futex that the picture waits on */

static void *read_keys(void *unused) {
  (void)unused;
  char key;
  while (read(0, &key, 1) == 1) {
    keys[keys_read % sizeof keys] = key;
    __atomic_add_fetch(&keys_read, 1, __ATOMIC_SEQ_CST);
    FutexWake(&keys_read, 1);
  }
  return NULL;
}

static void take_pid_key(char key) {
  if (key >= '0' && key <= '9' && pid_length < sizeof pid_typed - 1) {
    pid_typed[pid_length - 1] = key;
    pid_typed[pid_length++] = '\0';
  } else if ((key == 127 || key == '\b') && pid_length > 1) {
    pid_typed[--pid_length - 1] = '\0';
  } else if (key == '\r' || key == '\n' || key == 27) {
    if (key != 27) ProcKill((uint32_t)strtoul(pid_typed, NULL, 10));
    pid_length = 0;
  }
}

static void take_key(char key) {
  if (key == 3) {
    ends = true;
  } else if (pid_length > 0) {
    take_pid_key(key);
  } else if (key == 'q') {
    ends = true;
  } else if (key == 'k') {
    pid_length = 1;
    pid_typed[0] = '\0';
  } else if (strchr("cmfp", key) && key) {
    order = (enum order)key;
  }
}

static void live(unsigned long pictures, size_t rows) {
  uint32_t taken = 0;
  printf("\033[2J");
  for (unsigned long i = 0; !ends && (pictures == 0 || i < pictures); i++) {
    show_on_screen(rows);
    FutexWait(&keys_read, taken, 1000000000);
    uint32_t read = __atomic_load_n(&keys_read, __ATOMIC_SEQ_CST);
    if (read - taken > sizeof keys) taken = read - (uint32_t)sizeof keys;
    while (taken != read) take_key(keys[taken++ % sizeof keys]);
  }
  printf("\n");
  fflush(stdout);
}

static size_t screen_rows(void) {
  const char *lines = getenv("LINES");
  unsigned long rows = lines ? strtoul(lines, NULL, 10) : 0;
  return rows >= 6 && rows <= 1000 ? rows : 24;
}

int main(int argc, char **argv) {
  unsigned long pictures = 0;
  uint32_t mode;
  tool_start(&about, argc, argv);
  if (argc > 1) {
    if (strcmp(argv[1], "-n") != 0) tool_refuse(argv[1], "it takes no arguments");
    if (argc != 3) tool_misused("-n and how many?");
    pictures = tool_number(argv[2], 1, 4000000000u);
  }
  bool ours = ConsoleMode(1, CONSOLE_RAW, &mode);
  if (!ours && errno != EPERM) return tool_failed("no console");
  if (!ours || mode == CONSOLE_RAW) { /* others have the keys, or nobody: a pipe */
    for (unsigned long i = 0; i == 0 || i < pictures; i++) {
      if (i > 0) ThrSleep(1000000000);
      show(MOST_PROCESSES, "\n");
    }
    return 0;
  }
  pthread_t reader;
  errno = pthread_create(&reader, NULL, read_keys, NULL);
  if (errno != 0) return tool_failed("no thread for the keys");
  live(pictures, screen_rows());
  ConsoleMode(1, mode, NULL);
  _exit(0); /* the other thread reads yet */
}
