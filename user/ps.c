/* ps.c: the processes. */
#include "processes.h"

static const struct tool about = {
    "ps", "[-l]",
    "Shows the processes: PID, parent's PID, threads, regions, pages in memory now\n"
    "and at most (PEAK), pages in swap space only, page faults without (MINOR) and\n"
    "with (MAJOR) waiting for a disk, seconds of the processor. -l: page tables, too.",
    "-l "};

NUMBER_COLUMN(cell_tables, table_frames)

static const struct column usual[] = {
    {"PID", cell_pid},      {"PPID", cell_parent}, {"THR", cell_threads},
    {"REG", cell_regions},  {"PAGES", cell_pages}, {"PEAK", cell_peak},
    {"SWAP", cell_swapped}, {"MINOR", cell_minor}, {"MAJOR", cell_major},
    {"CPU", cell_seconds},  {NULL, NULL}};

static const struct column with_tables[] = {
    {"PID", cell_pid},     {"PPID", cell_parent},   {"THR", cell_threads}, {"REG", cell_regions},
    {"PAGES", cell_pages}, {"TABLES", cell_tables}, {"PEAK", cell_peak},   {"SWAP", cell_swapped},
    {"MINOR", cell_minor}, {"MAJOR", cell_major},   {"CPU", cell_seconds}, {NULL, NULL}};

int main(int argc, char **argv) {
  tool_start(&about, argc, argv);
  bool tables = tool_take("-l", &argc, argv);
  tool_no_arguments(argc, argv);
  size_t count = ProcList(processes, MOST_PROCESSES);
  if (count == 0) return tool_failed("no list");
  show_processes(tables ? with_tables : usual, count, "\n");
  return 0;
}
