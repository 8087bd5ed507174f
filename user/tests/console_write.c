/* console_write.c: a write of 64 KiB to the console, where every byte takes its time (87 us on
 * Bochs and on a PC), leaves the processor to others, and ends at once when its process is killed.
 */
#include "check.h"

#define LINES 1024
#define MOST_GAP_NS 150000000ull
#define MOST_KILL_NS 400000000ull

static char text[LINES * 64];

static uint64_t now_ns(void) {
  static struct sys_time time;
  SysClock(SYS_CLOCK_MONOTONIC, &time);
  return time.ns;
}

/* One write of 1,024 lines that are numbered; once, or for ever. */
static int write_lines(bool for_ever) {
  for (int i = 0; i < LINES; i++) {
    char line[65];
    sniprintf(line, sizeof line, "%04d %058d\n", i, i * 37);
    memcpy(text + i * 64, line, 64);
  }
  do {
    if (FileWrite(2, text, sizeof text) != sizeof text) return 9;
  } while (for_ever);
  return 0;
}

static uint32_t start_writer(const char *self, const char *mode) {
  const char *const argv[] = {self, mode, NULL};
  uint32_t pid = start_program(self, argv);
  if (!pid) die("ProcSpawn");
  return pid;
}

int main(int argc, char **argv) {
  if (argc == 2) return write_lines(argv[1][0] == 'f');
  uint32_t pid = start_writer(argv[0], "once");
  struct proc_status status;
  uint64_t longest = 0, last = now_ns(), rounds = 0;
  while (!ProcWait(pid, 0, &status)) {
    uint64_t now = now_ns();
    if (now - last > longest) longest = now - last;
    last = now;
    rounds++;
  }
  bool all_written = status.code == 0;
  bool ran = longest < MOST_GAP_NS && rounds > 0;
  pid = start_writer(argv[0], "for ever");
  ThrSleep(200000000);
  uint64_t before = now_ns();
  ProcKill(pid);
  struct proc_status killed = wait_for(pid);
  uint64_t took = now_ns() - before;
  printf("\nlongest %u us, kill %u us\n", (unsigned)(longest / 1000), (unsigned)(took / 1000));
  CHECK("A_long_write_is_written", all_written);
  CHECK("Others_run_while_a_long_write_goes_out", ran);
  CHECK("A_writer_is_killed_at_once", killed.end == PROC_KILLED && took < MOST_KILL_NS);
  CHECK("The_machine_checks", SysCheckMachine());
  return finish();
}
