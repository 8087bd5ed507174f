/* kill_paging.c: kill_paging PAGED_EXE. A process is killed while its thread waits for a page of
 * its EXE from the CD (D1). This one runs while the child waits, and kills it then, each time some
 * pages further on. With the last process its image goes, so each child reads from the start. */
#include "check.h"

#define IMAGE_PAGES 2048u
#define KILLS 20

static uint32_t start_child(const char *path) {
  const char *const argv[] = {path, NULL};
  uint32_t pid = start_program(path, argv);
  if (!pid) die("ProcSpawn");
  return pid;
}

/* Kills a child that has read so many pages and is at the next; how it ended. */
static struct proc_status kill_after(const char *path, uint64_t pages) {
  uint64_t target = stats_now().pages_in + pages;
  uint32_t pid = start_child(path);
  while (stats_now().pages_in < target) ThrYield();
  if (!ProcKill(pid)) die("ProcKill");
  return wait_for(pid);
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  bool killed = true, back = true, machine = true;
  /* Once before it counts: the kernel heap keeps a slab of each size that was needed. */
  for (uint64_t i = 0; i < KILLS; i += 4) kill_after(argv[1], 1 + i * i);
  uint64_t before = stats_now().frames_free;
  for (uint64_t i = 0; i < KILLS; i++) {
    uint64_t pages_before = stats_now().pages_in;
    struct proc_status status = kill_after(argv[1], 1 + i * i);
    EXPECT(killed, status.end == PROC_KILLED);
    EXPECT(killed, stats_now().pages_in - pages_before < IMAGE_PAGES);
    EXPECT(back, stats_now().frames_free >= before);
    EXPECT(machine, SysCheckMachine());
  }
  CHECK("D1_killed_while_it_waits_for_the_cd", killed);
  CHECK("D1_a_page_under_way_comes_back", back);
  CHECK("D1_the_machine_checks_after_each_kill", machine);
  CHECK("D1_another_child_reads_all_of_it", wait_for(start_child(argv[1])).code == 0);
  return finish();
}
