/* processes.h: the table of processes that ps and top show: columns as wide as what is in them, the
 * name cut where a row would be wider than the screen. Works when memory is short: all is static.
 */
#ifndef PROCESSES_H
#define PROCESSES_H

#include "mobius.h"
#include "tool.h"

enum { MOST_PROCESSES = 1024, CELL_BYTES = 16, SCREEN_COLUMNS = 80 };

struct column {
  const char *title;
  void (*text)(const struct proc_info *process, char cell[CELL_BYTES]);
};

static struct proc_info processes[MOST_PROCESSES];

static const char *process_state(const struct proc_info *process) {
  switch ((enum proc_end)process->end) {
    case PROC_RUNNING:
      return process->suspended ? "suspended" : "running";
    case PROC_EXITED:
      return "exited";
    case PROC_FAULTED:
      return "faulted";
    case PROC_OUT_OF_MEMORY:
      return "no memory";
    case PROC_KILLED:
      return "killed";
  }
  return "?";
}

static void cell_number(char cell[CELL_BYTES], uint32_t number) {
  sniprintf(cell, CELL_BYTES, "%u", (unsigned)number);
}

/* Large ones in thousands or millions. */
static void cell_count(char cell[CELL_BYTES], uint32_t count) {
  if (count < 100000)
    cell_number(cell, count);
  else if (count < 10000000)
    sniprintf(cell, CELL_BYTES, "%uk", (unsigned)(count / 1000));
  else
    sniprintf(cell, CELL_BYTES, "%uM", (unsigned)(count / 1000000));
}

#define NUMBER_COLUMN(name, field)                                     \
  static void name(const struct proc_info *p, char cell[CELL_BYTES]) { \
    cell_number(cell, p->field);                                       \
  }
NUMBER_COLUMN(cell_pid, pid)
NUMBER_COLUMN(cell_parent, parent)
NUMBER_COLUMN(cell_threads, threads)
NUMBER_COLUMN(cell_regions, regions)
NUMBER_COLUMN(cell_pages, pages_committed)
NUMBER_COLUMN(cell_peak, pages_peak)
NUMBER_COLUMN(cell_swapped, pages_swapped)

static void cell_minor(const struct proc_info *p, char cell[CELL_BYTES]) {
  cell_count(cell, p->faults_minor);
}
static void cell_major(const struct proc_info *p, char cell[CELL_BYTES]) {
  cell_count(cell, p->faults_major);
}
static void cell_seconds(const struct proc_info *p, char cell[CELL_BYTES]) {
  uint64_t tenths = p->cpu_ns / 100000000;
  sniprintf(cell, CELL_BYTES, "%u.%u", (unsigned)(tenths / 10), (unsigned)(tenths % 10));
}

static size_t width_of(const struct column *column, size_t count) {
  char cell[CELL_BYTES];
  size_t width = strlen(column->title);
  for (size_t i = 0; i < count; i++) {
    column->text(&processes[i], cell);
    if (strlen(cell) > width) width = strlen(cell);
  }
  return width;
}

/* The first `count` of processes[], each line ended by `line_end`. The last column has no title. */
static void show_processes(const struct column *columns, size_t count, const char *line_end) {
  size_t widths[16], total = 0, state = strlen("STATE"), column_count = 0;
  char cell[CELL_BYTES];
  for (; columns[column_count].title; column_count++) {
    widths[column_count] = width_of(&columns[column_count], count);
    if (column_count == 0 && widths[0] < 5) widths[0] = 5;
    total += widths[column_count] + 1;
  }
  for (size_t i = 0; i < count; i++) {
    if (strlen(process_state(&processes[i])) > state) state = strlen(process_state(&processes[i]));
  }
  total += state + 2;
  int name = total + 4 < SCREEN_COLUMNS ? (int)(SCREEN_COLUMNS - total) : 4;
  for (size_t c = 0; c < column_count; c++) printf("%*s ", (int)widths[c], columns[c].title);
  printf(" %-*s %s%s", (int)state, "STATE", "NAME", line_end);
  for (size_t i = 0; i < count; i++) {
    for (size_t c = 0; c < column_count; c++) {
      columns[c].text(&processes[i], cell);
      printf("%*s ", (int)widths[c], cell);
    }
    printf(" %-*s %.*s%s", (int)state, process_state(&processes[i]), name, processes[i].name,
           line_end);
  }
}

#endif
