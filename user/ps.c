/* ps.c: the processes: threads, regions, committed pages, page tables, processor time. Works when
 * memory is short: its list is static. */
#include <stdio.h>

#include "mobius.h"

static struct proc_info processes[1024];

static const char *state(const struct proc_info *process) {
  switch ((enum proc_end)process->end) {
    case PROC_RUNNING: return process->suspended ? "suspended" : "running";
    case PROC_EXITED: return "exited";
    case PROC_FAULTED: return "faulted";
    case PROC_OUT_OF_MEMORY: return "no memory";
    case PROC_KILLED: return "killed";
  }
  return "?";
}

int main(void) {
  size_t count = ProcList(processes, sizeof processes / sizeof *processes);
  if (count == 0) {
    perror("ps");
    return 1;
  }
  printf("  PID PARENT THREADS REGIONS  PAGES TABLES  CPU ms  STATE      NAME\n");
  for (size_t i = 0; i < count; i++) {
    const struct proc_info *p = &processes[i];
    printf("%5u %6u %7u %7u %6u %6u %7u  %-9s  %.32s\n", (unsigned)p->pid, (unsigned)p->parent,
           (unsigned)p->threads, (unsigned)p->regions, (unsigned)p->pages_committed,
           (unsigned)p->table_frames, (unsigned)(p->cpu_ns / 1000000), state(p), p->name);
  }
  return 0;
}
